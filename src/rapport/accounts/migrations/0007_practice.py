"""A programme may be where the people of another practise; which one it is for never changes."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION accounts_keep_practice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a programme practises for does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_practice_stays BEFORE UPDATE OF practises_for_id ON accounts_programme FOR EACH ROW
    WHEN (OLD.practises_for_id IS DISTINCT FROM NEW.practises_for_id)
    EXECUTE FUNCTION accounts_keep_practice();
"""
BACKWARD = """
DROP TRIGGER accounts_practice_stays ON accounts_programme;
DROP FUNCTION accounts_keep_practice();
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("accounts", "0006_agreements_that_end")]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="practises_for",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.programme",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("practises_for__isnull", True),
                    models.Q(("practises_for", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="practises_for_another",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
