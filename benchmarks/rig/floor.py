"""A large floor for benchmarks: reps signed in, customers on file, and a past, made in bulk."""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

SKILLS, SKILLS_EACH = 200, 5
STEP_SECONDS = (20, 40)
PAST_EVENTS = ("contact.arrived", "contact.queued", "contact.answered", "contact.ended", "contact.closed")


def plan() -> str:
    """A plan by which each reason asks for a skill of its own, at three levels one after the other."""
    lines = ["[skills]", *(f's{number} = "Skill {number}"' for number in range(SKILLS)), ""]
    lines += ["[queues.main]", 'name = "Main"', "routes = ["]
    for number in range(SKILLS):
        asked = [f"skills = {{ s{number} = {level} }}" for level in (4, 2, 1)]
        widens = [f", seconds = {seconds}" for seconds in STEP_SECONDS] + [""]
        steps = ", ".join(f"{{ {one}{more} }}" for one, more in zip(asked, widens, strict=True))
        named = f'reasons = ["r{number}"], ' if number < SKILLS - 1 else ""  # the last one takes all others
        lines.append(f"  {{ {named}steps = [{steps}] }},")
    return "\n".join([*lines, "]"])


def make(programme: "Programme", *, reps: int, customers: int, past: int) -> "list[Member]":
    """Fill the programme; return its reps, who are all free, the first of them idle the longest."""
    from rapport.contacts import actions as contacts
    from rapport.kit.copying import analyze
    from rapport.routing import publishing

    for number in range(SKILLS):
        contacts.ensure_reason(programme=programme, key=f"r{number}")
    made = publishing.save_draft(programme=programme, text=plan())
    publishing.publish(programme=programme, number=made.number, instead_of=None)
    members = _reps(programme, reps)
    _customers(programme, customers)
    _past(programme, past)
    analyze("accounts_user", "accounts_member", "routing_presence", "routing_proficiency", "customers_customer")
    analyze("customers_contactpoint", "contacts_contact", "events_event", "routing_statespan")
    return members


def _reps(programme: "Programme", count: int) -> "list[Member]":
    from rapport.accounts.models import Member, User
    from rapport.kit import clock
    from rapport.routing.models import Doing, Presence, Proficiency, StateSpan

    now, random = clock.now(), Random(1)
    people = User.objects.bulk_create(
        [User(username=f"bench.{number}", name=f"Rep {number}", password="!") for number in range(count)], 1000
    )
    members = Member.objects.bulk_create(
        [Member(programme=programme, user=one, agent_id=f"a{number}") for number, one in enumerate(people)], 1000
    )
    rows: list[list[Any]] = [[], [], []]
    for number, member in enumerate(members):
        since = now - timedelta(seconds=count - number)
        rows[0].append(
            Presence(programme=programme, member=member, doing=Doing.AVAILABLE, since=since, seen_at=now)
        )
        rows[1].append(StateSpan(programme=programme, member=member, doing=Doing.AVAILABLE, started_at=since))
        rows[2] += [
            Proficiency(programme=programme, member=member, skill=f"s{skill}", level=random.randint(1, 5))
            for skill in random.sample(range(SKILLS), SKILLS_EACH)
        ]
    for model, made in zip((Presence, StateSpan, Proficiency), rows, strict=True):
        model.objects.bulk_create(made, 1000)
    return members


def _customers(programme: "Programme", count: int) -> None:
    from rapport.customers.models import ContactPoint, Customer

    made = Customer.objects.bulk_create(
        [Customer(programme=programme, key=f"c{n}", name=f"Customer {n}") for n in range(count)], 1000
    )
    points = [
        ContactPoint(programme=programme, customer=one, kind="email", value=f"c{number}@example.org")
        for number, one in enumerate(made)
    ]
    ContactPoint.objects.bulk_create(points, 1000)


def _past(programme: "Programme", count: int) -> None:
    """A month of contacts that were closed, and their events."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contact (programme_id, public_id, channel, direction, address, state, queue,"
            " arrived_at, queued_at, placed_at, answered_at, ended_at, closed_at, transfers, summary, value_given,"
            " customer_id)"
            " SELECT %s, gen_random_uuid(), 'chat', 'in', '', 'closed', 'main', at, at, at, at + interval '20 s',"
            " at + interval '5 min', at + interval '6 min', 0, 'Done.', '', customer"
            " FROM (SELECT now() - n * interval '26 s' - interval '2 days' AS at,"
            " (SELECT min(id) FROM customers_customer) + n %% %s AS customer"
            " FROM generate_series(1, %s) AS n) AS x",
            [programme.pk, max(1, count // 20), count],
        )
        cursor.execute(
            "INSERT INTO events_event (programme_id, at, name, subject, actor, data, audience)"
            " SELECT %s, arrived_at, name, public_id, 'system', '{}', '{}' FROM contacts_contact,"
            " unnest(%s::text[]) AS name",
            [programme.pk, list(PAST_EVENTS)],
        )
