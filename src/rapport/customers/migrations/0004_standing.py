import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0003_sealed_values"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="standing",
            field=models.CharField(
                choices=[("active", "Active"), ("restricted", "Restricted"), ("erased", "Erased")],
                default="active",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="standing_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("programme", "digest"), name="erased_once")],
            },
        ),
    ]
