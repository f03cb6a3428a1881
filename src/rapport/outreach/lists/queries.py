"""Reads of lists: who is on one, why, and why somebody is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from rapport.customers.queries import not_erased
from rapport.guides.definition.conditions import in_words
from rapport.kit import clock
from rapport.outreach.lists.checking import read
from rapport.outreach.lists.choosing import chosen
from rapport.outreach.lists.criteria import OF_PRODUCT, PRODUCTS, Criteria, comparisons, holds, one_holds
from rapport.outreach.lists.fields import Moment, facts_of, field_of, products_of
from rapport.outreach.models import CustomerList, ListMember, ListMove, ListRefresh, ListVersion
from rapport.risk.queries import scores_in

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it stands: its newest version and its last refresh."""

    which: CustomerList
    number: int
    last: ListRefresh | None


@dataclass(frozen=True, slots=True)
class Because:
    """One condition in words, what is known of the customer for it, and whether it holds."""

    words: str
    known: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a customer is on a list, or is not. ``kept_off`` is the code of what keeps off who fits."""

    customer: Customer
    because: list[Because]
    kept_off: str

    @property
    def is_on(self) -> bool:
        """Whether they belong on it now."""
        return not self.kept_off and all(one.holds for one in self.because)


def lists_of(programme: Programme) -> list[Listed]:
    """Return the programme's lists that are in use, by name."""
    versions = ListVersion.objects.filter(list=OuterRef("pk")).order_by("-number").values("number")[:1]
    rows = CustomerList.objects.filter(programme=programme, retired_at__isnull=True).order_by("name")
    found = list(rows.annotate(newest=Subquery(versions)))
    last = ListRefresh.objects.filter(list__in=found).order_by("list_id", "-at", "-pk").distinct("list_id")
    by_list = {one.list_id: one for one in last}
    return [Listed(one, one.newest, by_list.get(one.pk)) for one in found]


def to_refresh(programme: Programme) -> list[CustomerList]:
    """Return the lists that are in use."""
    return list(CustomerList.objects.filter(programme=programme, retired_at__isnull=True).order_by("pk"))


def versions_of(which: CustomerList) -> list[ListVersion]:
    """Return a list's versions, the newest first."""
    return list(ListVersion.objects.select_related("made_by__user").filter(list=which).order_by("-number"))


def refreshes_of(which: CustomerList, *, most: int = 30) -> list[ListRefresh]:
    """Return the latest looks at a list, the newest first."""
    return list(ListRefresh.objects.select_related("version").filter(list=which).order_by("-at", "-pk")[:most])


def criteria_of(which: CustomerList) -> Criteria:
    """Return what a list asks now."""
    return read(which.versions.order_by("-number").values_list("content", flat=True)[0])


def moves_in(refresh: ListRefresh, *, most: int = PAGE) -> list[ListMove]:
    """Return some who came or went in a refresh."""
    return list(ListMove.objects.select_related("customer").filter(refresh=refresh).order_by("came", "pk")[:most])


def members_of(which: CustomerList) -> QuerySet[Any]:
    """Return who is on a list, the likeliest to leave first."""
    risk = scores_in(which.programme).filter(customer=OuterRef("customer")).values("score")[:1]
    rows = ListMember.objects.filter(list=which, customer__standing="active")
    return rows.select_related("customer__segment").annotate(risk=Subquery(risk)).order_by("-risk", "pk")


def still_on(which: CustomerList) -> Iterator[tuple[ListMember, float | None]]:
    """Yield who is on the list and is kept off by nothing at this moment, with their risk: for a file."""
    moment = Moment(which.programme, clock.now())
    now = chosen(moment, criteria_of(which)).filter(kept_off="").values("pk")
    for one in members_of(which).filter(customer__in=now).iterator(chunk_size=2_000):
        yield one, one.risk


def explain(programme: Programme, criteria: Criteria, customers: Sequence[Customer]) -> list[Explained]:
    """Return for each customer what is known of them for each condition, and what keeps them off."""
    moment, ids = Moment(programme, clock.now()), [one.pk for one in customers]
    facts = facts_of(moment, ids, [one.field for one in comparisons(criteria)])
    products = products_of(moment, ids) if criteria.of_product else {}
    everybody = chosen(moment, criteria.model_copy(update={"conditions": []}))
    kept_off = dict(everybody.filter(pk__in=ids).values_list("pk", "kept_off"))
    return [
        Explained(
            one,
            [
                Because(
                    in_words([condition], name_of),
                    _known(condition, facts[one.pk]),
                    holds(condition, facts[one.pk]),
                )
                for condition in criteria.of_customer
            ]
            + _of_product(criteria, products.get(one.pk, {})),
            kept_off.get(one.pk, ""),
        )
        for one in customers
    ]


def words_of(criteria: Criteria) -> list[str]:
    """Return what the criteria ask, a sentence for each condition and one for those of the same product."""
    words = [in_words([one], name_of) for one in criteria.of_customer]
    if criteria.of_product:
        words.append(f"one and the same product: {in_words(criteria.of_product, name_of)}")
    return words


def _of_product(criteria: Criteria, facts: dict[str, Any]) -> list[Because]:
    if not criteria.of_product:
        return []
    asked = [name for name in OF_PRODUCT if any(one.field == name for one in comparisons(criteria))]
    known = ["; ".join(_shown(product[name]) for name in asked) for product in facts.get(PRODUCTS, ())]
    return [
        Because(words_of(criteria)[-1], " | ".join(known) or "no product", one_holds(criteria.of_product, facts))
    ]


def name_of(key: str) -> str:
    """Return what people call a field."""
    found = field_of(key)
    return found.label if found else key


def customer_called(programme: Programme, key: str) -> Customer | None:
    """Return the customer whom the partner knows by this key, unless they are erased."""
    return not_erased(programme).filter(key=key.strip().replace("\x00", "")).first()


def _known(condition: Any, facts: dict[str, Any]) -> str:
    fields = dict.fromkeys(one.field for one in (condition.any_of or [condition]))
    return "; ".join(_shown(facts.get(name)) for name in fields)


def _shown(value: Any) -> str:
    several = value if isinstance(value, list) else [value]
    words = [_word(one) for one in several if one is not None and one != ""]
    return ", ".join(dict.fromkeys(words)) or "not known"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
