"""The facts of continuity: contacts of customers who had an own rep, and whether that rep or a stand-in had them."""

from django.db import migrations

FORWARD = """
CREATE VIEW fact_continuity WITH (security_invoker = true) AS
SELECT
    contact.contact_id,
    contact.programme_id,
    contact.channel,
    contact.direction,
    contact.reason,
    contact.segment,
    contact.queue,
    contact.plan,
    contact.arrived_at,
    contact.local_date,
    contact.local_hour,
    contact.local_weekday,
    contact.outcome,
    rep.agent_id AS own_rep,
    team.name AS team,
    EXISTS (
        SELECT FROM contacts_leg AS leg
        WHERE leg.contact_id = contact.contact_id AND leg.rep_id IN (own.rep_id, away.to_id)
    ) AS had_by_own_rep,
    EXISTS (
        SELECT FROM contacts_leg AS leg
        JOIN customers_standin AS stand_in ON stand_in.by_id = leg.rep_id AND stand_in.rep_id = own.rep_id
        WHERE leg.contact_id = contact.contact_id AND stand_in.since <= contact.arrived_at
            AND (stand_in.until IS NULL OR stand_in.until > contact.arrived_at)
    ) AS had_by_stand_in
FROM fact_contact AS contact
JOIN customers_ownrep AS own ON own.customer_id = contact.customer_id AND own.since <= contact.arrived_at
    AND (own.until IS NULL OR own.until > contact.arrived_at)
JOIN accounts_member AS rep ON rep.id = own.rep_id
LEFT JOIN accounts_team AS team ON team.id = rep.team_id
LEFT JOIN customers_handover AS away ON away.rep_id = own.rep_id
    AND contact.local_date BETWEEN away.first_day AND away.last_day;
"""
BACKWARD = "DROP VIEW fact_continuity;"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("contacts", "0007_transfers_by_telephone"),
        ("customers", "0005_own_reps"),
        ("accounts", "0006_agreements_that_end"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
