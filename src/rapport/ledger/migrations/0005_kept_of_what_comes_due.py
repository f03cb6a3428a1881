"""What claims that come due add up to is kept beside them, and what is kept of the books is told by days, too."""

import django.db.models.deletion
from django.db import migrations, models

BY_DAY = """
INSERT INTO ledger_bookcount (programme_id, is_day, at, account, is_first, currency, count, cost)
SELECT programme_id, TRUE, date_bin('1 day', at, 'epoch'), account, is_first, currency, sum(count), sum(cost)
FROM ledger_bookcount GROUP BY 1, 2, 3, 4, 5, 6
"""
ADD_UP = """
INSERT INTO ledger_duecount (programme_id, matures_at, split, key, state, why, claims)
SELECT claim.programme_id, claim.matures_at, told.split, told.key, claim.state, claim.why, count(*)
FROM ledger_claim AS claim
CROSS JOIN LATERAL (
    VALUES ('', ''), ('reason', claim.reason), ('offer', claim.offer), ('product', claim.product),
        ('team', claim.team), ('selling_team', claim.selling_team), ('segment', claim.segment),
        ('channel', claim.channel)
) AS told (split, key)
GROUP BY 1, 2, 3, 4, 5, 6
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("ledger", "0004_kept_of_the_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="DueCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("matures_at", models.DateTimeField()),
                ("split", models.CharField(blank=True, max_length=20)),
                ("key", models.CharField(blank=True, max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("made", "made"),
                            ("provisional", "provisional"),
                            ("matured", "matured"),
                            ("reversed", "reversed"),
                            ("void", "void"),
                        ],
                        max_length=12,
                    ),
                ),
                ("why", models.CharField(max_length=20)),
                ("claims", models.BigIntegerField()),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.programme",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="duecount",
            constraint=models.UniqueConstraint(
                fields=("programme", "matures_at", "split", "key", "state", "why"), name="due_count_once"
            ),
        ),
        migrations.RemoveConstraint(model_name="bookcount", name="book_count_once"),
        migrations.AddField(
            model_name="bookcount",
            name="is_day",
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="bookcount",
            constraint=models.UniqueConstraint(
                fields=("programme", "is_day", "at", "account", "is_first", "currency"), name="book_count_once"
            ),
        ),
        migrations.RunSQL(ADD_UP, migrations.RunSQL.noop),
        migrations.RunSQL(BY_DAY, "DELETE FROM ledger_bookcount WHERE is_day"),
    ]
