"""What is kept of a person: their risk, and what raises it. Models keep figures and tables of shares."""

from django.db.models import Q

from rapport.kit.personal import Kept
from rapport.risk.models import RiskDrift, RiskModel, RiskRules, RiskScore

KEPT = (
    Kept(
        key="risk.scores",
        title="How likely we take it that you leave",
        model=RiskScore,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={"score": "Risk, from 0 to 1", "raising": "What raises it", "scored_at": "When"},
    ),
)
STAYS = {
    RiskRules: ("attribute", "values", "left_out"),
    RiskModel: ("figures", "content"),
    RiskDrift: ("by_feature",),
}
