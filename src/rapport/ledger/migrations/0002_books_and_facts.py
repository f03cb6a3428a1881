"""The database itself keeps the books: facts and postings are only added, and an entry adds up to nothing.

A statement that leaves an entry out of balance is refused, so both lines of an entry are added by one statement.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_facts_append_only BEFORE UPDATE OR DELETE ON ledger_accountfact
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_require_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT line.claim_id INTO wrong
    FROM (SELECT DISTINCT claim_id, turn FROM added) AS entry
    JOIN ledger_posting AS line ON line.claim_id = entry.claim_id AND line.turn = entry.turn
    GROUP BY line.claim_id, line.turn
    HAVING count(*) <> 2 OR sum(line.count) <> 0 OR sum(line.cost) <> 0 OR max(line.count) <> 1
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an entry of claim % does not balance', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_balance();

CREATE VIEW fact_claim WITH (security_invoker = true) AS
SELECT
    claim.id AS claim_id,
    claim.programme_id,
    claim.public_id::text AS public_id,
    claim.attempt::text AS attempt,
    claim.contact::text AS contact,
    rep.agent_id AS rep,
    NULLIF(claim.team, '') AS team,
    NULLIF(claim.product, '') AS product,
    NULLIF(claim.reason, '') AS reason,
    NULLIF(claim.detail, '') AS detail,
    NULLIF(claim.offer, '') AS offer,
    claim.offer_version,
    NULLIF(claim.guide, '') AS guide,
    claim.guide_version,
    NULLIF(claim.segment, '') AS segment,
    NULLIF(claim.seller, '') AS seller,
    NULLIF(claim.selling_team, '') AS selling_team,
    NULLIF(claim.channel, '') AS channel,
    claim.is_control,
    claim.cost,
    NULLIF(claim.currency, '') AS currency,
    claim.made_at,
    claim.made_on AS local_date,
    claim.matures_at,
    claim.state,
    claim.state_at,
    claim.why,
    claim.days::integer AS days
FROM ledger_claim AS claim
LEFT JOIN accounts_member AS rep ON rep.id = claim.rep_id;

CREATE VIEW fact_claim_rebuttal WITH (security_invoker = true) AS
SELECT DISTINCT claim.id AS claim_id, claim.programme_id, used.rebuttal
FROM ledger_claim AS claim
CROSS JOIN LATERAL unnest(claim.rebuttals) AS used (rebuttal);
"""
BACKWARD = """
DROP VIEW fact_claim_rebuttal;
DROP VIEW fact_claim;
DROP TRIGGER ledger_entries_balance ON ledger_posting;
DROP FUNCTION ledger_require_balance();
DROP TRIGGER ledger_facts_append_only ON ledger_accountfact;
DROP TRIGGER ledger_postings_append_only ON ledger_posting;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("ledger", "0001_initial"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
