import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("contacts", "0004_transfers"),
        ("routing", "0005_without_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="declined_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_my_field", "I do not know this matter"),
                    ("know_them", "I know this customer privately"),
                    ("trouble", "My line or computer is in trouble"),
                    ("must_go", "I have to go"),
                    ("other", "Something else"),
                ],
                default="",
                max_length=15,
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Preferred",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("transfer", "Transfer"),
                            ("recontact", "Recontact"),
                            ("call_back", "Call Back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("until", models.DateTimeField()),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.member"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
        ),
    ]
