"""On which contacts the words of the library were used, and what came of them."""

import django.db.models.deletion
from django.db import migrations, models

FACTS = """
CREATE VIEW fact_library_use WITH (security_invoker = true) AS
SELECT
    use.contact_id,
    use.programme_id,
    entry.kind,
    entry.key,
    use.version,
    member.agent_id AS rep,
    use.at AS used_at,
    reason.key AS reason,
    contact.channel,
    contact.resolved
FROM guides_libraryuse AS use
JOIN guides_libraryentry AS entry ON entry.id = use.entry_id
JOIN accounts_member AS member ON member.id = use.member_id
JOIN contacts_contact AS contact ON contact.id = use.contact_id
LEFT JOIN contacts_reason AS reason ON reason.id = contact.reason_id;
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("guides", "0009_connectors"),
        ("accounts", "0001_initial"),
        ("contacts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LibraryUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                *(
                    (name, models.ForeignKey(on_delete=gone, related_name="+", to=of))
                    for name, gone, of in (
                        ("programme", django.db.models.deletion.PROTECT, "accounts.programme"),
                        ("entry", django.db.models.deletion.CASCADE, "guides.libraryentry"),
                        ("contact", django.db.models.deletion.CASCADE, "contacts.contact"),
                        ("member", django.db.models.deletion.PROTECT, "accounts.member"),
                    )
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["entry", "contact"], name="library_use_once")]
            },
        ),
        migrations.RunSQL(FACTS, "DROP VIEW fact_library_use;"),
    ]
