"""Stems know the kind of their entry, so that a search reads nothing but their index."""

from django.db import migrations, models

FILL = """
UPDATE guides_libraryterm AS t SET kind = e.kind
FROM guides_libraryversion AS v JOIN guides_libraryentry AS e ON e.id = v.entry_id WHERE v.id = t.version_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("guides", "0003_library"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="libraryterm", name="library_term_once"),
        migrations.AddField(
            model_name="libraryterm",
            name="kind",
            field=models.CharField(
                choices=[("objection", "Objection"), ("rebuttal", "Rebuttal"), ("article", "Article")],
                default="article",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="libraryterm",
            constraint=models.UniqueConstraint(
                fields=("programme", "term", "version"), include=("weight", "kind"), name="library_term_once"
            ),
        ),
    ]
