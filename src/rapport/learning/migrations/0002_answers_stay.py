"""What was handed in stays as it is: an attempt that was marked, and its answers."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION learning_keep_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was handed in does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER learning_attempts_stay BEFORE UPDATE ON learning_attempt FOR EACH ROW
    WHEN (OLD.submitted_at IS NOT NULL AND
        (OLD.submitted_at, OLD.permille, OLD.passed, OLD.form, OLD.number, OLD.lesson, OLD.enrolment_id)
        IS DISTINCT FROM
        (NEW.submitted_at, NEW.permille, NEW.passed, NEW.form, NEW.number, NEW.lesson, NEW.enrolment_id))
    EXECUTE FUNCTION learning_keep_answers();
CREATE TRIGGER learning_responses_stay BEFORE UPDATE ON learning_response FOR EACH ROW
    WHEN ((OLD.attempt_id, OLD.question, OLD.given, OLD."right")
        IS DISTINCT FROM (NEW.attempt_id, NEW.question, NEW.given, NEW."right"))
    EXECUTE FUNCTION learning_keep_answers();
CREATE TRIGGER learning_version_stays BEFORE UPDATE OF version_id ON learning_enrolment FOR EACH ROW
    WHEN (OLD.version_id IS NOT NULL AND NEW.version_id IS DISTINCT FROM OLD.version_id)
    EXECUTE FUNCTION learning_keep_answers();
"""
BACKWARD = """
DROP TRIGGER learning_version_stays ON learning_enrolment;
DROP TRIGGER learning_responses_stay ON learning_response;
DROP TRIGGER learning_attempts_stay ON learning_attempt;
DROP FUNCTION learning_keep_answers();
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("learning", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
