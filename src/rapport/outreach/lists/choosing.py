"""Who fits a list's criteria, who of them is kept off and by what: one query, whatever is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, Q, Value, When

from rapport.contacts.queries import customers_heard_since, going_on
from rapport.customers.consent.queries import barred_from
from rapport.customers.queries import holdings_in, not_erased
from rapport.offers.catalogue.queries import rules_of
from rapport.offers.choosing.situations import SAYS_OPEN
from rapport.offers.leaving.queries import attempts_in
from rapport.outreach.lists.asking import NOBODY, Attribute, asked_of
from rapport.outreach.lists.fields import Moment, field_of, product_term

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.outreach.lists.asking import Term
    from rapport.outreach.lists.criteria import Criteria

CAUSES = {
    "restricted": "their data may not be used",
    "barred": "they do not want to be contacted",
    "complaint": "a complaint of theirs is open",
    "talking": "a contact with them goes on",
    "leaving": "a wish to leave is being worked",
    "recent": "they had a contact lately",
}
"""What keeps somebody off every list, by code, the first that is so first; none of it can be turned off but
``recent``, by asking for no quiet days.
"""
CRITERIA = "criteria"
"""The code of having left a list for not fitting any more."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many fit, how many of them are kept off by each cause, and how many are left for the list."""

    fit: int
    kept_off: Mapping[str, int]

    @property
    def members(self) -> int:
        """How many are on the list."""
        return self.fit - sum(self.kept_off.values())


def chosen(moment: Moment, criteria: Criteria) -> QuerySet[Any]:
    """Return the customers who fit, each with ``kept_off``: the code of what keeps them off, or nothing."""

    def term(key: str) -> Term:
        field = field_of(key)
        if field is None:
            raise LookupError(f"{key!r} is no field of a list")
        return field.term(moment)

    found = not_erased(moment.programme)
    for condition in criteria.of_customer:
        found = found.filter(asked_of(condition, term))
    if criteria.of_product:
        held = holdings_in(moment.programme)
        for condition in criteria.of_product:
            held = held.filter(asked_of(condition, partial(product_term, moment)))
        found = found.filter(pk__in=held.values("customer_id"))
    causes = [When(asked, then=Value(code)) for code, asked in _causes(moment, criteria).items()]
    return found.annotate(kept_off=Case(*causes, default=Value(""), output_field=CharField()))


def count(moment: Moment, criteria: Criteria) -> Counts:
    """Return how many fit, and how many of them are kept off and why."""
    rows = chosen(moment, criteria).order_by().values_list("kept_off").annotate(Count("pk"))
    by_cause = dict(rows)
    return Counts(sum(by_cause.values()), {code: by_cause[code] for code in CAUSES if code in by_cause})


def _causes(moment: Moment, criteria: Criteria) -> dict[str, Q]:
    """Return what keeps customers off, as conditions on them."""
    programme = moment.programme
    barred = barred_from(programme, *([] if criteria.channel == "any" else [criteria.channel]))
    quiet, rules = moment.ago(criteria.quiet_days), rules_of(programme)
    about = going_on(programme).filter(reason__key__in=rules.complaint_reasons)
    return {
        "restricted": ~Q(standing="active"),
        "barred": Q(pk__in=barred),
        "complaint": Attribute(rules.complaint_attribute).says(SAYS_OPEN) | Q(pk__in=about.values("customer_id")),
        "talking": Q(pk__in=going_on(programme).values("customer_id")),
        "leaving": Q(pk__in=attempts_in(programme).filter(state="open").values("customer_id")),
        "recent": Q(pk__in=customers_heard_since(programme, quiet)) if criteria.quiet_days else NOBODY,
    }
