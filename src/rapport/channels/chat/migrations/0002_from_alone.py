"""Messages of what a guide said and its customer answered, before there was a chat."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [
        migrations.AlterField(
            "message",
            "author",
            models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("rep", "Rep"),
                    ("system", "System"),
                    ("guide", "Guide"),
                    ("alone", "Alone"),
                ],
                max_length=10,
            ),
        ),
    ]
