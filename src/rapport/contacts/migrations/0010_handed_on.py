"""Facts of a leg tell whether its rep handed the contact on, as their last column."""

from importlib import import_module

from django.db import migrations

BEFORE = "fact.plan"
WAS = import_module("rapport.contacts.migrations.0005_plan").LEG
LEG = WAS.replace(BEFORE, f"{BEFORE},\n    leg.ended_by = 'transfer' AS handed_on")


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("contacts", "0009_served")]

    operations = [migrations.RunSQL(LEG, migrations.RunSQL.noop)]
