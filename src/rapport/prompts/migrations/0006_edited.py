"""Whether a prompt's words were changed before they went out."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("rapport.prompts.migrations.0002_fact_prompt").FORWARD
FORWARD = BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    "AS local_weekday\n", "AS local_weekday,\n    prompt.edited\n"
)


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("prompts", "0005_reason_model_taken")]

    operations = [
        migrations.AddField("prompt", "edited", models.BooleanField(null=True)),
        migrations.RunSQL(FORWARD, f"DROP VIEW fact_prompt;\n{BEFORE}"),
    ]
