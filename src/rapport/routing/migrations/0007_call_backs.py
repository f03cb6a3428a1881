import django.db.models.deletion
from django.db import migrations, models

import rapport.kit.ids


def _foreign(
    to: str, *, null: bool = False, cascade: bool = False
) -> "models.ForeignKey[models.Model, models.Model]":
    on_delete = django.db.models.deletion.CASCADE if cascade else django.db.models.deletion.PROTECT
    return models.ForeignKey(null=null, on_delete=on_delete, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0006_preferred"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=rapport.kit.ids.new_id, editable=False, unique=True)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("due_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("due", "Due"),
                            ("reached", "Reached"),
                            ("given_up", "Given Up"),
                            ("called_off", "Called Off"),
                        ],
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("about", _foreign("contacts.contact", cascade=True)),
                ("booked_by", _foreign("accounts.member", null=True)),
                ("contact", _foreign("contacts.contact", null=True, cascade=True)),
                ("owner", _foreign("accounts.member", null=True)),
                ("programme", _foreign("accounts.programme")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "booked")),
                        fields=["programme", "due_at"],
                        name="call_back_booked",
                    ),
                    models.Index(condition=models.Q(("state", "due")), fields=["contact"], name="call_back_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["booked", "due"])),
                        fields=("about",),
                        name="one_open_call_back_per_contact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "due"), _negated=True),
                            ("contact__isnull", False),
                            _connector="OR",
                        ),
                        name="due_call_back_has_a_contact",
                    ),
                ],
            },
        ),
    ]
