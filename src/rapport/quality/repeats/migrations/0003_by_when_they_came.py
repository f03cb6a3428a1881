"""Returns know when the customer came back, so that a list in that order reads no more than it shows."""

from django.db import migrations, models

FILL = """
UPDATE repeats_return AS return SET came_at = contact.arrived_at
FROM contacts_contact AS contact WHERE contact.id = return.next_id
"""
TO_MEND = {"condition": models.Q(("mended_at__isnull", True)), "name": "return_to_mend"}


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("repeats", "0002_facts")]

    operations = [
        migrations.AddField("Return", "came_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("Return", "came_at", models.DateTimeField()),
        migrations.RemoveIndex("Return", "return_to_mend"),
        migrations.AddIndex("Return", models.Index(fields=["programme", "cause", "-came_at", "-id"], **TO_MEND)),
    ]
