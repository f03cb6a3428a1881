from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("routing", "0004_plan_from_steps")]
    operations = [
        migrations.DeleteModel(name="RoutingStep"),
        migrations.DeleteModel(name="Queue"),
    ]
