"""A contact keeps what its queue aimed at when it was put in line; facts tell it, as their last column."""

from importlib import import_module

from django.db import migrations, models

BEFORE = "contact.plan"
CONTACT = import_module("rapport.contacts.migrations.0005_plan").CONTACT.replace(
    BEFORE, f"{BEFORE},\n    contact.answer_within_seconds"
)


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("contacts", "0005_plan")]

    operations = [
        migrations.AddField("contact", "answer_within_seconds", models.PositiveIntegerField(null=True)),
        migrations.RunSQL(CONTACT),
    ]
