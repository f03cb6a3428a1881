from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_emergency"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="agreements_hold_days",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
