"""What the database says of a condition is what the condition says of what is known of the customer."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rapport.conftest import World, inside
from rapport.contacts.models import Contact, Reason
from rapport.customers.consent.actions import set_bars
from rapport.customers.models import ContactPoint, Customer, Holding
from rapport.customers.promises.models import Promise
from rapport.kit import clock
from rapport.kit.documents import DocumentInvalid
from rapport.offers.models import SaveAttempt
from rapport.outreach.lists import choosing
from rapport.outreach.lists.checking import read
from rapport.outreach.lists.criteria import Criteria, comparisons, hold
from rapport.outreach.lists.fields import FIELDS, Moment, facts_of, products_of
from rapport.outreach.lists.queries import explain

ODD: list[Any] = [
    *(None, "", 0, 3, -2.5, 3.0, 1e20, 10, True, False, "3", "3.0", "-2.5", " 3", "3e0", "٣", "1_0", "yes"),
    *(
        "2026-03-01",
        "2026-3-1",
        "2026-13-99",
        "gold",
        "Gold",
        "gold ",
        "ß",
        "a'; DROP TABLE customers; --",
        "%",
        "\\",
    ),
    *([1, 2], {"a": 1}, "\n3", "3\n", "Infinity", "NaN", "999999999999999999999"),
]
NAMES = ["tier", "123", "a.b", "", "it's", '"', "x" * 100, "%s", "tier\n"]
WANTED = st.sampled_from(
    [0, 3, -2.5, 10, 1e14, True, False, "3", "3.0", "gold", "Gold", "ß", "", "2026-03-01", "%", "yes", "\\",
     "a'; DROP TABLE customers; --", "' OR 1=1 --", "NaN"]
)  # fmt: skip
BOUNDS = st.sampled_from([0, 3, -2.5, 2.75, 10, "2026-03-01", "2025-12-31"])


@pytest.fixture
def crowd(world: World) -> Moment:
    """Customers of every kind of data, some with contacts, promises, products and wishes."""
    moment = Moment(world.programme, clock.now())
    made = [
        Customer.objects.create(
            programme=world.programme,
            key=f"K-{i}",
            segment=world.customer.segment if i % 3 == 0 else None,
            language=["", "de", "en"][i % 3],
            customer_since=None if i % 4 == 0 else moment.today - timedelta(days=i * 7),
            attributes={name: ODD[(i * 7 + j * 3) % len(ODD)] for j, name in enumerate(NAMES) if (i + j) % 5},
            standing=["active", "active", "active", "restricted", "erased"][i % 5],
        )
        for i in range(40)
    ]
    for i, one in enumerate(made):
        for j in range(i % 4):
            day = moment.today + timedelta(days=(i - 20) * (j + 1))
            Holding.objects.create(
                programme=world.programme, customer=one, key=str(j), product=["card", "loan"][j % 2],
                ends_on=day if j else None, opened_on=moment.today - timedelta(days=i),
            )  # fmt: skip
            Contact.objects.create(
                programme=world.programme, customer=one, channel="voice", state="closed", reason=world.reason,
                arrived_at=moment.now - timedelta(days=i * j), closed_at=moment.now,
            )  # fmt: skip
        if i % 6 == 0:
            ContactPoint.objects.create(programme=world.programme, customer=one, kind="email", value=f"{i}@x.org")
            due = moment.today + timedelta(days=i - 20)
            Promise.objects.create(
                programme=world.programme, customer=one, by="rep", what="-", made_at=moment.now, due_on=due,
                due_by=moment.now + timedelta(days=i - 20),
            )  # fmt: skip
    set_bars(member=world.rep, customer=made[1], channels=["phone"])
    set_bars(member=world.rep, customer=made[2], channels=["any"])
    return moment


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """One comparison that can be asked."""
    attribute = draw(st.booleans())
    name = draw(st.sampled_from([*(f"attribute.{one}" for one in NAMES if one)] if attribute else sorted(FIELDS)))
    kind, tests = ("any", None) if attribute else (FIELDS[name].kind, FIELDS[name].tests)
    values = {
        "any": WANTED, "text": st.sampled_from(["card", "loan", "de", "cancel", "priority", "nobody", "stayed"]),
        "yes": st.booleans(), "number": st.integers(-5, 90),
    }[kind]  # fmt: skip
    bounds = BOUNDS if attribute else st.integers(-5, 90)
    able = sorted(tests or {"is", "is_not", "at_least", "at_most", "known"})
    found: dict[str, Any] = {"field": name}
    for test in draw(st.lists(st.sampled_from(able), min_size=1, max_size=2, unique=True)):
        found[test] = draw(
            {"known": st.booleans(), "at_least": bounds, "at_most": bounds}.get(
                test, st.lists(values, min_size=1, max_size=3)
            )
        )
    return found


CONDITION = asked() | st.lists(asked(), min_size=1, max_size=3).map(lambda several: {"any_of": several})


@settings(max_examples=60)
@example(conditions=[{"field": "attribute.%s", "at_least": 0}], same=False)
@example(conditions=[{"field": "product", "is": ["card"]}, {"field": "days_to_end", "at_least": 0}], same=True)
@example(
    conditions=[{"field": "product", "is_not": ["card"]}, {"field": "days_to_end", "known": False}], same=True
)
@given(conditions=st.lists(CONDITION, max_size=3), same=st.booleans())
def test_the_query_says_what_the_conditions_say(
    crowd: Moment, conditions: list[dict[str, Any]], same: bool
) -> None:
    criteria = read({"conditions": conditions, "same_product": same})
    here = list(Customer.objects.filter(programme=crowd.programme).exclude(standing="erased"))
    facts = facts_of(crowd, [one.pk for one in here], [one.field for one in comparisons(criteria)])
    for customer, products in products_of(crowd, facts).items():
        facts[customer] |= products
    wanted = {one.pk for one in here if hold(criteria, facts[one.pk])}
    assert set(choosing.chosen(crowd, criteria).values_list("pk", flat=True)) == wanted
    assert choosing.count(crowd, criteria).fit == len(wanted)


def test_it_is_one_query_and_nothing_of_a_list_is_in_its_text(crowd: Moment) -> None:
    hostile = "x' OR 1=1; DROP TABLE customers_customer; --"
    criteria = read(
        {
            "conditions": [
                {"field": f"attribute.{hostile}", "is": [hostile]},
                {"field": "product", "is_not": [hostile]},
            ]
        }
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert choosing.count(crowd, criteria).fit == 0
    assert len(queries) == 2  # one, and the programme's rules of what a complaint is
    sql, parameters = choosing.chosen(crowd, criteria).query.sql_with_params()
    assert "DROP" not in sql
    assert parameters.count(hostile) >= 3


def test_another_programmes_customers_are_on_no_list(crowd: Moment, world: World) -> None:
    with inside(world.other.pk):
        Customer.objects.create(programme=world.other, key="K-far")
    everybody = choosing.chosen(crowd, read({}))
    assert set(everybody.values_list("programme_id", flat=True)) == {world.programme.pk}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"conditions": [{"field": "shoe_size", "is": [3]}]}, "no field 'shoe_size'"),
        ({"conditions": [{"field": "", "is": [3]}]}, "no field ''"),
        ({"conditions": [{"field": "product"}]}, "say what it is to be"),
        ({"conditions": [{"field": "product", "at_least": 3}]}, "at least cannot be asked"),
        ({"conditions": [{"field": "product", "is": [3]}]}, "a text is wanted"),
        ({"conditions": [{"field": "risk", "at_least": 10**9}]}, "whole number"),
        ({"conditions": [{"field": "contacts_30", "is": [1.5]}]}, "whole number"),
        ({"conditions": [{"field": "contacts_30", "is": [float("nan")]}]}, ""),
        ({"conditions": [{"field": "attribute.a", "at_least": 10**30}]}, "too large"),
        ({"conditions": [{"field": "attribute.a\x00", "is": [1]}]}, "no field"),
        ({"conditions": [{"field": "attribute.a", "is": ["\x00"]}]}, "a text of up to"),
        ({"conditions": [{"field": "attribute.a", "is": ["\ud800"]}]}, ""),
        ({"conditions": [{"field": "attribute.a", "is": ["x" * 300]}]}, "200"),
        ({"conditions": [{"any_of": [{"any_of": [{"field": "risk"}]}]}]}, "any_of"),
        (
            {"conditions": [{"field": "risk", "known": True, "any_of": [{"field": "risk", "known": True}]}]},
            "Either",
        ),
        ({"conditions": [{"field": "risk", "known": True}] * 21}, "20"),
        ({"channel": "pigeon"}, "channel"),
        ({"quiet_days": 10**9}, "quiet_days"),
        ({"sql": "SELECT 1"}, "sql"),
        ([], ""),
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(content: Any, says: str) -> None:
    with pytest.raises(DocumentInvalid, match=says or None):
        read(content)


def test_days_are_those_of_the_programme(world: World) -> None:
    late = datetime.fromisoformat("2026-11-22T23:30:00+00:00")
    assert Moment(world.programme, late).today == date(2026, 11, 23)  # it is half past midnight in Berlin


def test_two_lines_on_a_product_are_met_by_one_and_the_same_where_that_is_asked(world: World) -> None:
    moment = Moment(world.programme, clock.now())
    for key, days in (("card", 400), ("loan", 10)):
        Holding.objects.create(
            programme=world.programme, customer=world.customer, key=key, product=key,
            ends_on=moment.today + timedelta(days=days),
        )  # fmt: skip
    asked = {
        "conditions": [{"field": "product", "is": ["card"]}, {"field": "days_to_end", "at_most": 30}],
        "quiet_days": 0,
    }
    each, same = read(asked), read({**asked, "same_product": True})
    assert (choosing.count(moment, each).fit, choosing.count(moment, same).fit) == (1, 0)
    [told] = explain(world.programme, same, [world.customer])
    assert not told.is_on
    assert [one.words.split(":")[0] for one in told.because] == ["one and the same product"]
    Holding.objects.filter(key="card").update(ends_on=moment.today + timedelta(days=20))
    assert choosing.count(moment, same).members == 1
    assert explain(world.programme, same, [world.customer])[0].is_on


@pytest.mark.parametrize(
    ("told", "is_open"), [(True, True), (" Yes ", True), (1, True), ("no", False), (None, False)]
)
def test_an_open_complaint_keeps_off(world: World, told: Any, is_open: bool) -> None:
    moment, everybody = Moment(world.programme, clock.now()), read({"quiet_days": 0})
    Customer.objects.filter(pk=world.customer.pk).update(attributes={"open_complaint": told})
    assert choosing.count(moment, everybody).kept_off == ({"complaint": 1} if is_open else {})


def test_who_is_to_be_left_in_peace_is_on_no_list_whatever_is_asked(world: World) -> None:
    """Each cause alone keeps the customer off, and the first that is so is told."""
    moment, customer = Moment(world.programme, clock.now()), world.customer
    everybody = read({"conditions": [], "channel": "phone", "quiet_days": 7})

    def kept_off(criteria: Criteria = everybody) -> str:
        return str(choosing.chosen(moment, criteria).values_list("kept_off", flat=True).get(pk=customer.pk))

    assert kept_off() == ""
    contact = Contact.objects.create(
        programme=world.programme, customer=customer, channel="voice", state="closed", reason=world.reason,
        arrived_at=moment.now - timedelta(days=6, hours=23), closed_at=moment.now,
    )  # fmt: skip
    assert kept_off() == "recent"
    assert kept_off(read({"quiet_days": 0})) == kept_off(read({"quiet_days": 6})) == ""
    SaveAttempt.objects.create(
        programme=world.programme, customer=customer, origin="rep", channel="voice", opened_at=moment.now
    )
    assert kept_off() == kept_off(read({"quiet_days": 0})) == "leaving"
    Contact.objects.filter(pk=contact.pk).update(state="active", closed_at=None)
    assert kept_off(read({"quiet_days": 0})) == "talking"
    complaint = Reason.objects.create(programme=world.programme, key="complaint", name="A complaint")
    Contact.objects.filter(pk=contact.pk).update(reason=complaint)
    assert kept_off() == "complaint"
    set_bars(member=world.rep, customer=customer, channels=["phone"])
    assert kept_off() == "barred"
    assert kept_off(read({"channel": "email"})) == "complaint"
    set_bars(member=world.rep, customer=customer, channels=["any"])
    assert kept_off(read({"channel": "post"})) == "barred"
    Customer.objects.filter(pk=customer.pk).update(standing="restricted")
    assert kept_off() == "restricted"
