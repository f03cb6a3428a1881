"""A contact can be served: its customer did it alone. Facts tell that as an outcome of its own."""

from importlib import import_module

from django.db import migrations, models

BEFORE = "WHEN contact.state = 'left' THEN 'left_before_queue'"
BACKWARD = import_module("rapport.contacts.migrations.0006_answer_within").CONTACT
FORWARD = BACKWARD.replace(BEFORE, f"{BEFORE}\n        WHEN contact.state = 'served' THEN 'self_served'")


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("contacts", "0008_fact_continuity")]

    operations = [
        migrations.AlterField(
            "contact",
            "state",
            models.CharField(
                choices=[
                    ("arrived", "Arrived"),
                    ("waiting", "Waiting"),
                    ("active", "Active"),
                    ("wrap_up", "Wrap Up"),
                    ("closed", "Closed"),
                    ("left", "Left"),
                    ("served", "Served"),
                    ("abandoned", "Abandoned"),
                ],
                default="arrived",
                max_length=10,
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
