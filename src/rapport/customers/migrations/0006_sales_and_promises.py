"""Sales; and promises by whoever made them, with who keeps them and the evidence of what became of them."""

import datetime
import django.db.models.deletion
import rapport.kit.ids
from django.db import migrations, models


SETTLED = """
UPDATE customers_promise AS promise SET
    by = 'rep',
    keeper_id = promise.made_by_id,
    settled_by_id = CASE WHEN promise.kept IS NULL THEN NULL ELSE promise.made_by_id END,
    due_by = (promise.due_on + 1)::timestamp AT TIME ZONE programme.timezone,
    state = CASE
        WHEN promise.kept IS NULL THEN 'open'
        WHEN NOT promise.kept THEN 'broken'
        WHEN promise.settled_at > (promise.due_on + 1)::timestamp AT TIME ZONE programme.timezone THEN 'late'
        ELSE 'kept' END,
    evidence = CASE WHEN promise.kept IS NULL THEN '' ELSE 'note' END
FROM accounts_programme AS programme WHERE programme.id = promise.programme_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
AS_IT_WAS = "UPDATE customers_promise SET kept = state IN ('kept', 'late') WHERE state <> 'open';"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("customers", "0005_own_reps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sale",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=rapport.kit.ids.new_id, editable=False, unique=True)),
                ("key", models.CharField(max_length=100)),
                ("holding", models.CharField(blank=True, max_length=100)),
                ("product", models.CharField(max_length=100)),
                ("seller", models.CharField(blank=True, max_length=100)),
                ("seller_name", models.CharField(blank=True, max_length=200)),
                ("team", models.CharField(blank=True, max_length=100)),
                ("channel", models.CharField(blank=True, max_length=50)),
                ("campaign", models.CharField(blank=True, max_length=100)),
                ("sold_on", models.DateField()),
                ("as_of", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="promise",
            name="promise_settled_with_result",
        ),
        migrations.RemoveIndex(
            model_name="promise",
            name="promise_open",
        ),
        migrations.RemoveIndex(
            model_name="promise",
            name="promise_by_customer",
        ),
        migrations.AddField(
            model_name="promise",
            name="by",
            field=models.CharField(
                choices=[("rep", "A rep"), ("seller", "Who sold it"), ("system", "The system")],
                default="rep",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="promise",
            name="due_by",
            field=models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="promise",
            name="escalated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="promise",
            name="evidence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("note", "somebody's note"),
                    ("contact", "a contact with the customer"),
                    ("event", "what the system did"),
                    ("feed", "the partner's feed"),
                    ("time", "nobody said that it was kept"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="has_time",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="promise",
            name="keeper",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="keeping_team",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="accounts.team"
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call_back", "Call back"),
                    ("refund", "Refund"),
                    ("delivery", "Delivery"),
                    ("price", "Price"),
                    ("document", "Document"),
                    ("other", "Something else"),
                ],
                default="other",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="promise",
            name="number",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="promise",
            name="offer",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="promise",
            name="product",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="promise",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("kept", "Kept"),
                    ("late", "Kept late"),
                    ("broken", "Broken"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="promise",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddField(
            model_name="sale",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sales", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="sale",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="sale",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="promises",
                to="customers.sale",
            ),
        ),
        migrations.RunSQL(SETTLED, AS_IT_WAS),
        migrations.RemoveField(
            model_name="promise",
            name="kept",
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["programme", "due_by"], name="promise_open"
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["keeper", "due_by"], name="promise_of_keeper"
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["customer", "due_by"], name="promise_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evidence", ""), ("settled_at__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("settled_at__isnull", False),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="promise_settled_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__gt", models.F("due_by")), ("state", "kept"), _negated=True),
                    models.Q(("settled_at__lte", models.F("due_by")), ("state", "late"), _negated=True),
                ),
                name="promise_late_after_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("keeper__isnull", True), ("keeping_team__isnull", True), _connector="OR"),
                name="promise_has_one_keeper",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.UniqueConstraint(fields=("sale", "number"), name="promise_once_per_sale"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["customer", "sold_on"], name="sale_by_customer"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["programme", "team", "sold_on"], name="sale_by_team"),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.UniqueConstraint(fields=("programme", "key"), name="sale_key_unique"),
        ),
    ]
