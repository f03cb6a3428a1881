"""Rally Notes tell of uncommon service."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0003_awards_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="rallynote",
            name="uncommon",
            field=models.JSONField(default=list),
        ),
    ]
