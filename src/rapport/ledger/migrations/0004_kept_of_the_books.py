"""What the lines of the books add up to is kept beside them, and claims are found by when they mature."""

import django.db.models.deletion
from django.db import migrations, models

ADD_UP = """
INSERT INTO ledger_bookcount (programme_id, at, account, is_first, currency, count, cost)
SELECT line.programme_id, date_bin('15 minutes', line.at, 'epoch'), line.account, line.turn = 1, claim.currency,
    sum(line.count), sum(line.cost)
FROM ledger_posting AS line JOIN ledger_claim AS claim ON claim.id = line.claim_id
GROUP BY 1, 2, 3, 4, 5
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("ledger", "0003_fact_posting"),
    ]

    operations = [
        migrations.CreateModel(
            name="BookCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
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
                ("is_first", models.BooleanField()),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("count", models.BigIntegerField()),
                ("cost", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["programme", "matures_at"], name="claim_by_maturity"),
        ),
        migrations.AddField(
            model_name="bookcount",
            name="programme",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.programme",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookcount",
            constraint=models.UniqueConstraint(
                fields=("programme", "at", "account", "is_first", "currency"), name="book_count_once"
            ),
        ),
        migrations.RunSQL(ADD_UP, "DELETE FROM ledger_bookcount"),
    ]
