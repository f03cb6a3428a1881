"""Scores stay as they are; and official evaluations that stand, by criterion too, as the metrics read them."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION quality_keep_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a score that is in does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER quality_scores_stay BEFORE UPDATE ON quality_evaluation FOR EACH ROW
    WHEN (OLD.submitted_at IS NOT NULL AND (
        OLD.submitted_at, OLD.kind, OLD.scorer_id, OLD.rep_id, OLD.contact_id, OLD.version_id, OLD.score, OLD.passed,
        OLD.is_fatal, OLD.customer_error, OLD.business_error, OLD.compliance_error
    ) IS DISTINCT FROM (
        NEW.submitted_at, NEW.kind, NEW.scorer_id, NEW.rep_id, NEW.contact_id, NEW.version_id, NEW.score, NEW.passed,
        NEW.is_fatal, NEW.customer_error, NEW.business_error, NEW.compliance_error
    )) EXECUTE FUNCTION quality_keep_score();
CREATE TRIGGER quality_answers_stay BEFORE UPDATE ON quality_answer FOR EACH ROW
    WHEN ((OLD.question, OLD.value, OLD.points) IS DISTINCT FROM (NEW.question, NEW.value, NEW.points))
    EXECUTE FUNCTION quality_keep_score();

CREATE VIEW fact_evaluation WITH (security_invoker = true) AS
SELECT
    evaluation.id AS evaluation_id,
    evaluation.programme_id,
    evaluation.contact_id,
    scorecard.key AS form,
    version.number AS form_version,
    evaluation.kind,
    selection.origin,
    selection.origin = 'random' AS is_random,
    (evaluation.score / 1000.0)::double precision AS score,
    evaluation.passed,
    evaluation.is_fatal,
    evaluation.customer_error,
    evaluation.business_error,
    evaluation.compliance_error,
    evaluation.submitted_at
FROM quality_evaluation AS evaluation
JOIN quality_selection AS selection ON selection.id = evaluation.selection_id
JOIN quality_scorecardversion AS version ON version.id = evaluation.version_id
JOIN quality_scorecard AS scorecard ON scorecard.id = version.scorecard_id
WHERE evaluation.kind IN ('analyst', 'supervisor', 'second')
    AND evaluation.stands AND evaluation.submitted_at IS NOT NULL;

CREATE VIEW fact_criterion WITH (security_invoker = true) AS
SELECT
    answer.id AS answer_id,
    fact.evaluation_id,
    fact.programme_id,
    fact.contact_id,
    fact.form,
    fact.is_random,
    answer.question AS criterion,
    (answer.points / 1000.0)::double precision AS score
FROM fact_evaluation AS fact
JOIN quality_answer AS answer ON answer.evaluation_id = fact.evaluation_id
WHERE answer.points IS NOT NULL;
"""
BACKWARD = """
DROP VIEW fact_criterion;
DROP VIEW fact_evaluation;
DROP TRIGGER quality_answers_stay ON quality_answer;
DROP TRIGGER quality_scores_stay ON quality_evaluation;
DROP FUNCTION quality_keep_score();
"""


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("quality", "0001_initial"), ("contacts", "0002_facts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
