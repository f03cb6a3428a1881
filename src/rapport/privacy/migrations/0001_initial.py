import django.db.models.deletion
import rapport.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0004_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("why", models.CharField(max_length=300)),
                ("placed_by", models.CharField(max_length=120)),
                ("placed_at", models.DateTimeField()),
                ("until", models.DateField(blank=True, null=True)),
                ("lifted_by", models.CharField(blank=True, max_length=120)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("customer",),
                        name="one_hold_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=rapport.kit.ids.new_id, editable=False, unique=True)),
                ("with_sensitive", models.BooleanField(default=False)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("making", "Making"),
                            ("ready", "Ready"),
                            ("taken", "Taken"),
                            ("expired", "Expired"),
                        ],
                        default="making",
                        max_length=10,
                    ),
                ),
                ("content", models.TextField(blank=True)),
                ("bytes_made", models.PositiveIntegerField(default=0)),
                ("rows_made", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("taken_by", models.CharField(blank=True, max_length=120)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "asked_at"], name="package_by_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state", "ready"), ("content", ""), _connector="OR"),
                        name="only_a_ready_package_has_content",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("kind", models.CharField(max_length=30)),
                ("months", models.PositiveSmallIntegerField()),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                ("last_rows", models.PositiveIntegerField(default=0)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "kind"), name="one_period_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 1), ("months__lte", 600)), name="period_in_bounds"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=rapport.kit.ids.new_id, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "a copy of their data"),
                            ("correction", "a correction"),
                            ("restriction", "restriction"),
                            ("erasure", "erasure"),
                            ("objection", "an end to a use they object to"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "proof",
                    models.CharField(
                        choices=[
                            ("called_back", "called back on the number on file"),
                            ("signed_in", "signed in with the partner"),
                            ("document", "showed a document"),
                            ("partner", "the partner passed it on"),
                            ("none", "not checked yet"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("received_on", models.DateField()),
                ("due_on", models.DateField()),
                ("opened_by", models.CharField(max_length=120)),
                ("opened_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("refused", "Refused")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("closed_by", models.CharField(blank=True, max_length=120)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["programme", "due_on"], name="request_open"
                    ),
                    models.Index(fields=["customer"], name="request_by_customer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="closed_request_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("received_on"))), name="due_after_received"
                    ),
                ],
            },
        ),
    ]
