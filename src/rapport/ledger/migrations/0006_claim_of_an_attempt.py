"""A claim is found by the wish to leave that it came of, by the index that keeps it to one."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE VIEW fact_claim WITH (security_invoker = true) AS
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
    claim.days::integer AS days,
    (SELECT customer_id FROM ledger_account AS account WHERE account.id = claim.account_id) AS customer_id,
    (SELECT id FROM contacts_contact AS contact WHERE contact.public_id = claim.contact) AS contact_id,
    (
        SELECT ((claim.matures_at - INTERVAL '1 microsecond') AT TIME ZONE programme.timezone)::date
        FROM accounts_programme AS programme WHERE programme.id = claim.programme_id
    ) AS matured_on,
    claim.attempt AS attempt_id
FROM ledger_claim AS claim
LEFT JOIN accounts_member AS rep ON rep.id = claim.rep_id;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("ledger", "0005_kept_of_what_comes_due")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
