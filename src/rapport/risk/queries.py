"""Reads of leave risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.risk.models import RiskModel, RiskRules, RiskScore

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer


def scores_in(programme: Programme) -> QuerySet[RiskScore]:
    """Return the risks of the programme's customers, for a query to choose by."""
    return RiskScore.objects.filter(programme=programme)


def score_of(customer: Customer) -> RiskScore | None:
    """Return the customer's risk, where there is one."""
    return RiskScore.objects.select_related("model").filter(customer=customer).first()


def rules_of(programme: Programme) -> RiskRules:
    """Return how the programme learns who leaves; where nobody said so, from cancelled accounts alone."""
    return RiskRules.objects.filter(programme=programme).first() or RiskRules(programme=programme)


def model_in_use(programme: Programme) -> RiskModel | None:
    """Return the model by which risks are told now, if there is one."""
    return RiskModel.objects.filter(programme=programme, is_in_use=True).first()


def models_of(programme: Programme, *, most: int = 50) -> list[RiskModel]:
    """Return the programme's models, the newest first, without their weights."""
    return list(RiskModel.objects.filter(programme=programme).defer("content").order_by("-number")[:most])
