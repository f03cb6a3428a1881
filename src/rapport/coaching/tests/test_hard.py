"""What seems hard: a planted reason is found, nothing is where nothing was planted; who sees it, and of whom."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from scipy import stats

from rapport.accounts.models import Member
from rapport.accounts.roles import Right
from rapport.coaching import hard, jobs, standing
from rapport.coaching.models import Hard
from rapport.coaching.tests.stage import BASE, MONDAY, a_manager, client_of, planned
from rapport.coaching.tests.test_effects import plain_plans, reps_of
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact, Leg, Reason
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside

REASONS = 6
Share = Callable[[int, int], float]


def simulated(seed: int, share: Share, *, reps: int = 16, each: int = 50) -> list[hard.Legs]:
    """Each rep handles some tens of contacts of each reason; ``share`` of a rep and reason is handed on."""
    random = np.random.default_rng(seed)
    made = []
    for rep in range(reps):
        for reason in range(REASONS):
            for segment, more in (("plain", 0.7), ("gold", 1.3)):
                legs = int(random.poisson(each / 2))
                happened = int(random.binomial(legs, min(share(rep, reason) * more, 0.9)))
                made.append(hard.Legs(f"r{rep:02}", f"k{reason}", segment, "voice", legs, happened))
    return made


def told(legs: list[hard.Legs]) -> list[tuple[int | None, str, str]]:
    """Return of whom (None: of everybody) what is told."""
    reps = {one: number for number, one in enumerate(sorted({one.rep for one in legs}))}
    rows = hard.found_in({"handed_on": legs, "held": legs}, reps)
    return [(one.get("rep_id"), one["reason"], one["kind"]) for one in rows]


def test_what_is_hard_for_a_rep_or_for_everybody_is_found_and_nothing_else() -> None:
    found = [
        told(simulated(seed, lambda rep, reason: 0.4 if (rep, reason) == (3, 2) else 0.08)) for seed in range(12)
    ]
    assert np.mean([(3, "k2", "held") in one for one in found]) > 0.8
    assert sum(row[:2] != (3, "k2") for one in found for row in one) <= 1
    found = [told(simulated(seed, lambda rep, reason: 0.3 if reason == 4 else 0.08)) for seed in range(12)]
    assert np.mean([(None, "k4", "handed_on") in one for one in found]) == 1
    assert sum(row[:2] != (None, "k4") for one in found for row in one) <= 1


@pytest.mark.parametrize("each", [25, 120])
def test_where_nothing_is_hard_nothing_is_told(each: int) -> None:
    """Reasons differ by half, and reps' customers do; nobody finds one harder than others do. Rare events, too."""
    found = [told(simulated(seed, lambda rep, reason: 0.06 + 0.006 * reason, each=each)) for seed in range(60)]
    assert np.mean([bool(one) for one in found]) <= 0.05


def test_one_reps_trouble_is_not_everybodys_and_of_few_nothing_is_told() -> None:
    alone = simulated(5, lambda rep, reason: 0.9 if (rep, reason) == (0, 1) else 0.02, each=80)
    assert (None, "k1", "held") not in told(alone)
    few = [one._replace(legs=9, happened=9 if one.reason == "k1" else 0) for one in alone]
    assert not told(few)
    assert not told([one for one in alone if one.rep < "r03"])
    assert not told([one._replace(happened=0) for one in alone])


def everybody(reps: int, shares: dict[str, list[float]], legs: int = 100) -> list[hard.Legs]:
    """Each of the reps has so many stretches of each reason, in these shares of which it happened."""
    return [
        hard.Legs(f"r{rep}", reason, "", "voice", legs, round(legs * share[rep]))
        for reason, share in shares.items()
        for rep in range(reps)
    ]


def test_what_is_hard_for_everybody_is_beside_the_same_reps_other_contacts_and_holds_with_the_rest() -> None:
    high, low, some = [0.3, 0.4, 0.2, 0.3, 0.35], [0.05, 0.1, 0.02, 0.0, 0.08], [0.07, 0.04, 0.1, 0.0, 0.1]
    legs = everybody(5, {"k0": high, "k1": low, "k2": some})
    [row] = hard.of_everybody({"handed_on": legs, "held": []})
    apart = np.array(high) - (np.array(low) + np.array(some)) / 2
    half = stats.t.ppf(1 - 0.05 / 3 / 2, 4) * apart.std(ddof=1) / np.sqrt(5)
    assert [row["above"], row["low"], row["high"]] == pytest.approx(
        [apart.mean(), apart.mean() - half, apart.mean() + half]
    )
    assert (row["kind"], row["reason"], row["peers"], row["legs"], row["happened"]) == (
        "handed_on",
        "k0",
        5,
        500,
        155,
    )
    assert not list(hard.of_everybody({"held": [one for one in legs if one.rep != "r4"]}))
    alone = [one._replace(legs=19, happened=0) if one.rep == "r4" and one.reason != "k0" else one for one in legs]
    assert [one["peers"] for one in hard.of_everybody({"held": alone})] == [5]  # 38 others are enough
    few = [one._replace(legs=9, happened=0) if one.rep == "r4" and one.reason != "k0" else one for one in legs]
    assert not list(hard.of_everybody({"held": few}))


def test_who_has_the_customers_that_all_hand_on_hands_on_no_more_often() -> None:
    legs = []
    for rep in range(9):
        for segment, share in (("gold", 0.5), ("plain", 0.1)):
            many = 320 if (segment == "gold") == (rep == 0) else 120
            legs.append(hard.Legs(f"r{rep}", "k", segment, "voice", many, round(many * share)))
    assert not told(legs)
    assert [row[0] for row in told([one._replace(segment="") for one in legs])] == [0, 0]


def test_a_reason_that_is_gone_is_told_of_nobody(world: World) -> None:
    made = {
        "since": MONDAY.date(),
        "until": MONDAY.date(),
        "counted_at": MONDAY,
        "legs": 40,
        "happened": 20,
        "peers": 9,
    }
    for reason in ("gone", world.reason.key):
        Hard.objects.create(
            programme=world.programme,
            rep=world.rep,
            reason=reason,
            kind="held",
            above=0.3,
            low=0.1,
            high=0.5,
            **made,
        )
    assert [one.reason for one in hard.hard_for(world.rep)] == [world.reason.name]


@pytest.fixture
def floor(world: World) -> list[Member]:
    """Eight reps with fifty calls of each of two reasons: one hands on most of one, all hold on the other."""
    other = Reason.objects.create(programme=world.programme, key="fee", name="A fee")
    reps, random = reps_of(world, 8), np.random.default_rng(4)
    calls, handed = [], []
    for number, rep in enumerate(reps):
        for at in range(100):
            begins = MONDAY - timedelta(hours=10 * (at + 1))
            calls.append(
                Contact(
                    programme=world.programme, channel="voice", customer=world.customer, rep=rep,
                    reason=other if at % 2 else world.reason, state="closed", arrived_at=begins, queued_at=begins,
                    placed_at=begins, answered_at=begins, ended_at=begins + timedelta(minutes=5), closed_at=MONDAY,
                )
            )  # fmt: skip
            handed.append(random.random() < (0.6 if not number and at % 2 else 0.05))
    Contact.objects.bulk_create(calls)
    Leg.objects.bulk_create(
        Leg(
            programme=world.programme, contact=one, rep=one.rep, started_at=one.arrived_at, ended_at=one.ended_at,
            ended_by="transfer" if on else "customer",
        )
        for one, on in zip(calls, handed, strict=True)
    )  # fmt: skip
    Event.objects.bulk_create(
        held(world, one, after)
        for number, one in enumerate(calls)
        for after in ((60, 120) if number % 2 == 0 and number % 3 else (-60, 900))
    )
    plain_plans()
    return reps


def held(world: World, call: Contact, after: int) -> Event:
    at = call.arrived_at + timedelta(seconds=after)
    return Event(
        programme=world.programme, at=at, name="contact.held", subject=call.public_id, actor="cti", data={}
    )


def test_it_is_counted_from_legs_and_holds_and_seen_by_whom_it_is_for(world: World, floor: list[Member]) -> None:
    with clock.at(MONDAY):
        jobs.count(timestamp=0)
        standing.count(programme=world.programme)
    [alone] = Hard.objects.filter(rep__isnull=False)
    assert (alone.rep, alone.reason, alone.kind, alone.legs, alone.peers) == (floor[0], "fee", "handed_on", 50, 8)
    assert (
        alone.happened == Leg.objects.filter(rep=floor[0], contact__reason__key="fee", ended_by="transfer").count()
    )
    everybody = Hard.objects.filter(rep__isnull=True)
    assert [(one.reason, one.kind) for one in everybody] == [(world.reason.key, "held")]
    assert everybody[0].legs == 400 and everybody[0].happened == len([n for n in range(0, 800, 2) if n % 3])
    page = client_of(floor[0]).get(f"{BASE}standing/").text
    assert "A fee</strong>: handed on" in page and "of 50 times" in page
    assert "Nothing stands out" in client_of(floor[1]).get(f"{BASE}standing/").text
    with clock.at(MONDAY):
        row = planned(world, floor[0])
    agenda = f"{BASE}one-to-ones/{row.public_id}/"
    with clock.at(MONDAY):
        assert "A fee</strong>: handed on" in client_of(world.supervisor).get(agenda).text
    assert "What seems hard" not in client_of(world.supervisor).get(f"{BASE}standing/?rep=e0").text
    assert client_of(floor[1]).get(agenda).status_code == 404
    boss = client_of(a_manager(world))
    boss.get(BASE)
    with at_most(14):
        page = boss.get(f"{BASE}hard/").text
    assert f"{world.reason.name}</strong>: put on hold" in page and "A fee" not in page
    for what, right in (("Routing", Right.MANAGE_ROUTING), ("Guides", Right.WRITE_GUIDES)):
        seen = client_of(world.supervisor).get(f"{BASE}hard/").text
        assert (f">{what}</a></p>" in seen) is world.supervisor.may(right)
        assert f">{what}</a></p>" in page
    assert client_of(world.rep).get(f"{BASE}hard/").status_code == 403
    assert client_of(world.outsider).get(f"{BASE}hard/").status_code == 404
    with inside(world.other.pk):
        assert not Hard.objects.exists()
    for bad in ({"low": 0.0}, {"happened": 51}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            alone.pk = None
            Hard.objects.create(**{one: getattr(alone, one) for one in FIELDS} | bad)


FIELDS = (
    "programme", "rep", "reason", "kind", "since", "until", "counted_at", "legs", "happened", "above", "low",
    "high", "peers",
)  # fmt: skip


def test_before_anything_is_counted_the_page_says_what_to_expect(world: World) -> None:
    page = client_of(world.supervisor).get(f"{BASE}hard/").text
    assert "Nothing stands out" in page and "counted each night" in page


def test_holds_are_counted_of_calls_alone(world: World) -> None:
    """No chat is put on hold: counted among them, chats would hide which calls are."""
    begins = MONDAY - timedelta(days=2)
    for channel in ("chat", "voice"):
        row = Contact.objects.create(
            programme=world.programme, channel=channel, customer=world.customer, rep=world.rep, state="closed",
            reason=world.reason, arrived_at=begins, queued_at=begins, placed_at=begins, answered_at=begins,
            ended_at=MONDAY, closed_at=MONDAY,
        )  # fmt: skip
        Leg.objects.create(
            programme=world.programme, contact=row, rep=world.rep, started_at=begins, ended_at=MONDAY
        )
    legs = hard._legs(world.programme, {world.rep.agent_id: world.rep.pk}, begins, MONDAY)
    assert sorted(one.channel for one in legs["handed_on"]) == ["chat", "voice"]
    assert [one.channel for one in legs["held"]] == ["voice"]
