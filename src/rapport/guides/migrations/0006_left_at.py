"""Where contacts leave their guide: the step, and what had come of each; told by facts of contacts and of steps."""

from django.db import migrations, models

COVERAGE = """
CREATE OR REPLACE VIEW fact_coverage WITH (security_invoker = true) AS
SELECT
    progress.contact_id,
    progress.required,
    progress.covered,
    progress.programme_id,
    guide.key AS guide,
    version.number AS version,
    progress.here AS left_at,
    (SELECT count(*) FROM jsonb_each(progress.steps) AS step (key, told) WHERE told ->> 'came_to' = 'open')::integer
        AS left_open
FROM guides_progress AS progress
JOIN guides_guideversion AS version ON version.id = progress.version_id
JOIN guides_guide AS guide ON guide.id = version.guide_id;
"""
COVERAGE_BEFORE = """
DROP VIEW fact_coverage;
CREATE VIEW fact_coverage WITH (security_invoker = true) AS
SELECT contact_id, required, covered FROM guides_progress;
"""
STEP = """
CREATE VIEW fact_step WITH (security_invoker = true) AS
SELECT
    progress.contact_id,
    progress.programme_id,
    guide.key AS guide,
    version.number AS version,
    member.agent_id AS rep,
    progress.began_at,
    step.key AS step,
    (step.told ->> 'is_required')::boolean AS is_required,
    step.told ->> 'came_to' AS came_to,
    progress.state -> 'covered' -> step.key ->> 'how' AS how
FROM guides_progress AS progress
CROSS JOIN LATERAL jsonb_each(progress.steps) AS step (key, told)
JOIN guides_guideversion AS version ON version.id = progress.version_id
JOIN guides_guide AS guide ON guide.id = version.guide_id
JOIN contacts_contact AS contact ON contact.id = progress.contact_id
LEFT JOIN accounts_member AS member ON member.id = contact.rep_id;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("guides", "0005_documents"), ("contacts", "0001_initial")]

    operations = [
        migrations.AddField("progress", "here", models.CharField(blank=True, max_length=50)),
        migrations.AddField("progress", "steps", models.JSONField(default=dict)),
        migrations.RunSQL(COVERAGE, COVERAGE_BEFORE),
        migrations.RunSQL(STEP, "DROP VIEW fact_step;"),
    ]
