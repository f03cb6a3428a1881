"""Have the few scorecards counted as soon as one changes.

The planner counts a table by itself after fifty changes, which scorecards may never have. Until then it takes each
evaluation for one in thousands, and a rep's own quality figures take twenty seconds in place of a tenth of one.
"""

from django.db import migrations

TABLES = ("quality_scorecard", "quality_scorecardversion")
SET = "ALTER TABLE {} SET (autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0.1)"
UNSET = "ALTER TABLE {} RESET (autovacuum_analyze_threshold, autovacuum_analyze_scale_factor)"


class Migration(migrations.Migration):
    """See the module's docstring."""

    dependencies = [("quality", "0004_alter_selection_origin")]

    operations = [migrations.RunSQL(SET.format(table), UNSET.format(table)) for table in TABLES]
