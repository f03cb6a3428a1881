"""Who handed in a version of the library, who may not approve it either."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("guides", "0010_library_use")]

    operations = [
        migrations.RemoveConstraint(model_name="libraryversion", name="library_approved_by_another"),
        migrations.AddField(
            model_name="libraryversion",
            name="submitted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.member"
            ),
        ),
        migrations.AddConstraint(
            model_name="libraryversion",
            constraint=models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (
                    (Q(made_by__isnull=True) | ~Q(approved_by=F("made_by")))
                    & (Q(submitted_by__isnull=True) | ~Q(approved_by=F("submitted_by")))
                ),
                name="library_approved_by_another",
            ),
        ),
    ]
