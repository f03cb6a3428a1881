-- One contact as bare SQL: the same rows, locks, walls and notifications as ours, in the same two transactions,
-- and nothing read that the writes do not need.
\set rep random(:first_rep, :last_rep)
\set customer random(:first_customer, :last_customer)
BEGIN;
SELECT set_config('rapport.programme', :programme::text, true);
INSERT INTO contacts_contact (programme_id, public_id, external_id, channel, direction, address, state, customer_id, queue, arrived_at, queued_at, placed_at, transfers, summary, value_given) VALUES (:programme, gen_random_uuid(), gen_random_uuid()::text, 'chat', 'in', 'c1@example.org', 'waiting', :customer, 'main', now(), now(), now(), 0, '', '') RETURNING id AS contact, public_id AS subject \gset
INSERT INTO chat_conversation (programme_id, contact_id, customer_seen_at) VALUES (:programme, :contact, now());
INSERT INTO chat_message (programme_id, contact_id, author, text, client_id, at) VALUES (:programme, :contact, 'customer', 'Hello', gen_random_uuid(), now());
WITH made AS (INSERT INTO events_event (programme_id, at, name, subject, actor, data, audience) VALUES (:programme, now(), 'contact.arrived', :subject::uuid, 'customer', '{"channel": "chat", "reason": "r1"}', '{floor:1,contact:1}'), (:programme, now(), 'chat.message', :subject::uuid, 'customer', '{"author": "customer"}', '{contact:1}'), (:programme, now(), 'contact.queued', :subject::uuid, 'customer', '{"queue": "main"}', '{floor:1,contact:1}') RETURNING id) SELECT pg_notify('rapport_live', id::text) FROM made;
SELECT pg_notify('rapport_router', :programme::text);
COMMIT;
BEGIN;
SELECT set_config('rapport.programme', :programme::text, true);
SELECT state FROM contacts_contact WHERE id = :contact FOR UPDATE;
SELECT doing FROM routing_presence WHERE member_id = :rep FOR UPDATE;
INSERT INTO routing_offer (programme_id, public_id, contact_id, member_id, offered_at, expires_at, ended_at, result, declined_because, words, trace) VALUES (:programme, gen_random_uuid(), :contact, :rep, now(), now(), now(), 'withdrawn', '', 'Longest idle.', '{"step": 0}');
UPDATE routing_presence SET doing = 'reserved', since = now() WHERE member_id = :rep;
UPDATE routing_statespan SET ended_at = greatest(now(), started_at) WHERE member_id = :rep AND ended_at IS NULL;
INSERT INTO routing_statespan (programme_id, member_id, doing, started_at) VALUES (:programme, :rep, 'reserved', now());
UPDATE contacts_contact SET state = 'closed', closed_at = now() WHERE id = :contact;
WITH made AS (INSERT INTO events_event (programme_id, at, name, subject, actor, data, audience) VALUES (:programme, now(), 'presence.changed', :subject::uuid, 'router', '{"doing": "reserved"}', '{floor:1,member:1}'), (:programme, now(), 'contact.offered', :subject::uuid, 'router', '{"rep": "a1"}', '{floor:1,member:1}') RETURNING id) SELECT pg_notify('rapport_live', id::text) FROM made;
COMMIT;
