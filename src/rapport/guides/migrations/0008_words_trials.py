"""Words on trial, which of them a contact goes by, and the fact of what was shown."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE VIEW fact_words WITH (security_invoker = true) AS
SELECT
    shown.contact_id,
    shown.programme_id,
    trial.number AS trial,
    guide.key AS guide,
    NULLIF(trial.step, '') AS step,
    entry.key AS entry,
    shown.variant::integer AS variant,
    shown.shown_at
FROM guides_wordsshown AS shown
JOIN guides_wordstrial AS trial ON trial.id = shown.trial_id
LEFT JOIN guides_guide AS guide ON guide.id = trial.guide_id
LEFT JOIN guides_libraryentry AS entry ON entry.id = trial.entry_id;
"""
BACKWARD = "DROP VIEW fact_words;"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [
        ("accounts", "0006_agreements_that_end"),
        ("contacts", "0008_fact_continuity"),
        ("guides", "0007_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="progress",
            name="drawn",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="WordsTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveIntegerField()),
                ("step", models.CharField(blank=True, max_length=50)),
                ("words", models.JSONField()),
                ("share", models.FloatField()),
                ("key", models.CharField(max_length=64)),
                ("metric", models.CharField(max_length=50)),
                ("least", models.FloatField()),
                ("units_needed", models.PositiveIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("published", "Published"),
                            ("kept", "Kept"),
                            ("time_up", "Time Up"),
                            ("dropped", "Dropped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("winner", models.PositiveSmallIntegerField(null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.member",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guides.libraryentry",
                    ),
                ),
                (
                    "guide",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guides.guide"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
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
        migrations.CreateModel(
            name="WordsShown",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("variant", models.PositiveSmallIntegerField()),
                ("shown_at", models.DateTimeField()),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.programme"
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="guides.wordstrial"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="words_trial_number"),
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("guide", "step"),
                name="words_trial_of_step_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("entry",), name="words_trial_of_entry_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", True), ("guide__isnull", False)),
                    models.Q(("entry__isnull", False), ("guide__isnull", True)),
                    _connector="OR",
                ),
                name="words_trial_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("begun_by__isnull", True),
                    models.Q(("begun_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="words_trial_begun_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordstrial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_at__isnull", True),
                    models.Q(("begun_by__isnull", False), ("ends_at__isnull", False)),
                    _connector="OR",
                ),
                name="words_trial_begun_has_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordsshown",
            constraint=models.UniqueConstraint(fields=("trial", "contact"), name="words_shown_once"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
