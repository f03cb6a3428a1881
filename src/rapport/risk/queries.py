"""Reads of leave risk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, F, Value
from django.db.models.functions import Floor, Least

from rapport.risk.models import RiskDrift, RiskModel, RiskRules, RiskScore

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


def risks_of(customers: Iterable[Customer]) -> dict[int, RiskScore]:
    """Return the risks of these customers, by their ids."""
    rows = RiskScore.objects.filter(customer__in=list(customers))
    return {one.customer_id: one for one in rows}


def drift_of(programme: Programme, *, most: int = 30) -> list[RiskDrift]:
    """Return how far customers had moved at the latest tellings, the newest first."""
    return list(
        RiskDrift.objects.select_related("model").filter(programme=programme).order_by("-at", "-pk")[:most]
    )


def counts_by_risk(programme: Programme) -> list[tuple[float, int]]:
    """Return how many customers have a risk from each tenth on, from 0 to 0.9."""
    tenth = Least(Floor(F("score") * 10), Value(9.0))
    rows = scores_in(programme).order_by().annotate(tenth=tenth).values_list("tenth").annotate(Count("pk"))
    found = {int(part): count for part, count in rows}
    return [(part / 10, found.get(part, 0)) for part in range(10)] if found else []
