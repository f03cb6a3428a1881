"""What customers ask that nothing answers, as the last look found it: places in messages, no words."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("accounts", "0006_agreements_that_end"), ("prompts", "0003_reason_models")]

    operations = [
        migrations.CreateModel(
            name="OpenQuestions",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("looked_at", models.DateTimeField()),
                ("questions", models.PositiveIntegerField()),
                ("unanswered", models.PositiveIntegerField()),
                ("groups", models.JSONField()),
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
        ),
    ]
