"""What a list can ask of a customer: each field with its name to people, how it is asked, and how it is read.

A field is asked of the database (``term``) and read of some customers (``read``) apart from each other: what a
page says of a customer is not taken from the query that chose them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from rapport.contacts.queries import of_known_customers, reason_names
from rapport.customers.consent.queries import CHANNELS, barred_from
from rapport.customers.promises.queries import open_in
from rapport.customers.queries import holdings_in, not_erased, own_reps_in, points_in, segments_of
from rapport.offers.leaving.queries import attempts_in
from rapport.outreach.lists.asking import Attribute, Column, Counted, Latest, Rows, Term, Without
from rapport.outreach.lists.criteria import PRODUCTS
from rapport.risk.queries import scores_in

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

ATTRIBUTE = "attribute."
SAME = frozenset({"is", "is_not", "known"})
ORDER = frozenset({"at_least", "at_most", "known"})
COUNT = frozenset({"is", "is_not", "at_least", "at_most"})
Values = Mapping[int, Any]
Choices = Callable[["Programme"], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Of which programme is asked, and when."""

    programme: Programme
    now: datetime

    @property
    def today(self) -> date:
        """The day it is there."""
        return self.now.astimezone(self.programme.zone).date()

    def day(self, days: int) -> date:
        """Return the day so many days from now."""
        return self.today + timedelta(days=int(days))

    def ago(self, days: int) -> datetime:
        """Return the instant so many days ago."""
        return self.now - timedelta(days=int(days))


@dataclass(frozen=True, slots=True)
class ListField:
    """A field. ``kind`` is that of its values, ``tests`` what can be asked, ``choices`` what it can be."""

    key: str
    label: str
    kind: str
    tests: frozenset[str]
    term: Callable[[Moment], Term]
    read: Callable[[Moment, list[int]], Values]
    choices: Choices | None = field(default=None)


def field_of(key: str) -> ListField | None:
    """Return the field of this key; None where there is none."""
    if key.startswith(ATTRIBUTE) and (name := key.removeprefix(ATTRIBUTE)):
        return ListField(
            key,
            name.replace("_", " "),
            "any",
            SAME | ORDER,
            lambda at: Attribute(name),
            partial(_attribute, name),
        )
    return FIELDS.get(key)


def facts_of(moment: Moment, customers: Iterable[int], keys: Iterable[str]) -> dict[int, dict[str, Any]]:
    """Return what the fields of these keys say of some customers (ids)."""
    wanted = list(customers)
    found: dict[int, dict[str, Any]] = {customer: {} for customer in wanted}
    for key in dict.fromkeys(keys):
        known = field_of(key)
        for customer, value in known.read(moment, wanted).items() if known else ():
            found[customer][key] = value
    return found


def products_of(moment: Moment, customers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return each product of some customers (ids) with what is asked of one and the same."""
    found: dict[int, dict[str, Any]] = {customer: {PRODUCTS: []} for customer in customers}
    rows = holdings_in(moment.programme).filter(customer__in=list(found)).order_by("pk")
    for customer, product, opened, ends in rows.values_list("customer_id", "product", "opened_on", "ends_on"):
        found[customer][PRODUCTS].append(
            {
                "product": product,
                "days_to_end": (ends - moment.today).days if ends else None,
                "days_since_bought": (moment.today - opened).days if opened else None,
            }
        )
    return found


def product_term(moment: Moment, key: str) -> Term:
    """Return what can be asked of a product's own row."""
    return {
        "product": Column("product", is_text=True),
        "days_to_end": Column("ends_on", moment.day),
        "days_since_bought": Column("opened_on", lambda asked: moment.day(-asked), falls=True),
    }[key]


def _attribute(name: str, moment: Moment, customers: list[int]) -> Values:
    rows = not_erased(moment.programme).filter(pk__in=customers).values_list("pk", "attributes")
    told = ((pk, attributes.get(name)) for pk, attributes in rows)
    return {pk: None if isinstance(value, list | dict) else value for pk, value in told}  # the query knows none


def _column(key: str, label: str, path: str, choices: Choices | None = None, *, days: bool = False) -> ListField:
    """Return a field of the customer's own row: a text, or (``days``) the days since the day in it."""

    def read(moment: Moment, customers: list[int]) -> Values:
        rows = not_erased(moment.programme).filter(pk__in=customers).values_list("pk", path)
        return {pk: (moment.today - value).days if days and value else value for pk, value in rows}

    def term(moment: Moment) -> Term:
        if days:
            return Column(path, lambda asked: moment.day(-asked), falls=True)
        return Column(path, is_text=True)

    return ListField(key, label, "number" if days else "text", ORDER if days else SAME, term, read, choices)


Asked = Callable[[Moment], "QuerySet[Any]"]


def _texts(key: str, label: str, rows: Asked, path: str, choices: Choices | None = None) -> ListField:
    """Return a field of texts in rows of the customer's, of which one is enough."""

    def read(moment: Moment, customers: list[int]) -> Values:
        return _by_customer(rows(moment), path, customers)

    return ListField(key, label, "text", SAME, lambda at: Rows(rows(at), path), read, choices)


def _days(key: str, label: str, rows: Asked, path: str, *, ahead: bool) -> ListField:
    """Return a field of days in rows of the customer's: how far ahead, or how long ago."""
    sign = 1 if ahead else -1

    def read(moment: Moment, customers: list[int]) -> Values:
        found = _by_customer(rows(moment), path, customers)
        return {pk: [sign * (day - moment.today).days for day in days if day] for pk, days in found.items()}

    def term(moment: Moment) -> Term:
        return Rows(rows(moment), path, lambda asked: moment.day(sign * asked), falls=not ahead)

    return ListField(key, label, "number", ORDER, term, read)


def _count(key: str, label: str, rows: Asked) -> ListField:
    """Return a field that counts rows of the customer's."""

    def read(moment: Moment, customers: list[int]) -> Values:
        found = _by_customer(rows(moment), "pk", customers)
        return {pk: len(found.get(pk, [])) for pk in customers}

    return ListField(key, label, "number", COUNT, lambda at: Counted(rows(at)), read)


def _last(key: str, label: str, rows: Asked, path: str) -> ListField:
    """Return a field that says how many days ago the last row of the customer's was."""

    def read(moment: Moment, customers: list[int]) -> Values:
        found = _by_customer(rows(moment), path, customers)
        return {pk: (moment.now - max(times)) / timedelta(days=1) for pk, times in found.items()}

    return ListField(key, label, "number", ORDER, lambda at: Latest(rows(at), path, at.ago), read)


def _yes(key: str, label: str, without: Callable[[Moment], QuerySet[Any, Any]]) -> ListField:
    """Return a field that is yes for whoever is not among some."""

    def read(moment: Moment, customers: list[int]) -> Values:
        among = set(without(moment).filter(customer__in=customers))
        return {pk: pk not in among for pk in customers}

    return ListField(key, label, "yes", frozenset({"is"}), lambda at: Without(without(at)), read)


def _by_customer(rows: QuerySet[Any], path: str, customers: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for customer, value in rows.filter(customer__in=customers).order_by("pk").values_list("customer_id", path):
        found.setdefault(customer, []).append(value)
    return found


def _within(days: int) -> Asked:
    return lambda at: of_known_customers(at.programme).filter(arrived_at__gte=at.ago(days))


def _attempts(at: Moment) -> QuerySet[Any]:
    return attempts_in(at.programme).filter(opened_at__gte=at.ago(365))


def _risks(moment: Moment, customers: list[int]) -> Values:
    rows = scores_in(moment.programme).filter(customer__in=customers).values_list("customer_id", "score")
    return {pk: Decimal(str(score)) * 100 for pk, score in rows}


def _without_point(kind: str, at: Moment) -> QuerySet[Any, Any]:
    """Return the ids of those who can be reached so: whoever is not among them has no such point."""
    found: QuerySet[Any, Any] = points_in(at.programme).filter(kind=kind).values_list("customer_id", flat=True)
    return found


FIELDS = {
    one.key: one
    for one in (
        _column(
            "segment", "kind of customer", "segment__key", lambda p: [(s.key, s.name) for s in segments_of(p)]
        ),
        _column("language", "language", "language"),
        _column("days_with_us", "days with us", "customer_since", days=True),
        _texts("own_rep", "own rep", lambda at: own_reps_in(at.programme), "rep__agent_id"),
        _texts("product", "product", lambda at: holdings_in(at.programme), "product"),
        _count("products", "number of products", lambda at: holdings_in(at.programme)),
        _days(
            "days_to_end",
            "days until a contract ends",
            lambda at: holdings_in(at.programme),
            "ends_on",
            ahead=True,
        ),
        _days(
            "days_since_bought",
            "days since a product was bought",
            lambda at: holdings_in(at.programme),
            "opened_on",
            ahead=False,
        ),
        _count("contacts_30", "contacts in 30 days", _within(30)),
        _count("contacts_90", "contacts in 90 days", _within(90)),
        _count("contacts_365", "contacts in 365 days", _within(365)),
        _last(
            "days_since_contact",
            "days since the last contact",
            lambda at: of_known_customers(at.programme),
            "arrived_at",
        ),
        _texts(
            "reason_90",
            "reason for a contact in 90 days",
            _within(90),
            "reason__key",
            lambda p: list(reason_names(p).items()),
        ),
        _count("promises_open", "open promises", lambda at: open_in(at.programme)),
        _count("promises_overdue", "overdue promises", lambda at: open_in(at.programme).filter(due_by__lt=at.now)),
        _count("wishes_to_leave", "wishes to leave in 365 days", _attempts),
        _texts(
            "leaving_outcome",
            "outcome of a wish to leave in 365 days",
            _attempts,
            "outcome",
            lambda p: [
                ("stayed", "stayed"),
                ("left", "left"),
                ("undecided", "undecided"),
                ("withdrawn", "withdrawn"),
            ],
        ),
        ListField(
            "risk",
            "risk of leaving, in %",
            "number",
            ORDER,
            lambda at: Rows(scores_in(at.programme), "score", lambda asked: float(asked) / 100),
            _risks,
        ),
        *(
            _yes(
                f"may_{channel}",
                f"may be contacted by {words}",
                partial(lambda channel, at: barred_from(at.programme, channel), channel),
            )
            for channel, words in (
                ("phone", "telephone"),
                ("email", "e-mail"),
                ("chat", "message"),
                ("post", "post"),
            )
            if channel in CHANNELS
        ),
        _yes("no_phone", "has no telephone number", partial(_without_point, "phone")),
        _yes("no_email", "has no e-mail address", partial(_without_point, "email")),
    )
}
