"""The demonstration hangs together: its rows, its figures, and loading it again."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from rapport.accounts.queries import clearances_ending
from rapport.customers.queries import customer_by_key, customer_by_number, sealed_of
from rapport.customers.sales.queries import sales_between
from rapport.customers.sensitive import opened
from rapport.demo.clearance import TEAMS
from rapport.demo.files import invent
from rapport.demo.load import Size, load, loaded, simulate
from rapport.demo.people import ADMINISTRATOR, SUPERVISOR, simulated_reps
from rapport.demo.requests import HELD, RESTRICTED
from rapport.demo.stayed import LEFT
from rapport.demo.wishes import DAY, OFFERS, Wishes
from rapport.feeds.queries import deliveries_of, feed_of
from rapport.guides.library.listing import Wanted, listed
from rapport.guides.library.queries import live_versions, search
from rapport.guides.queries import guide_of
from rapport.insight import queries as insight
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.offers.choosing.judging import judge
from rapport.offers.choosing.queries import learnt_of
from rapport.privacy.actions import erase
from rapport.recognition.kudos import uncommon
from rapport.recognition.staff.staying import stays
from rapport.replays.queries import replays_of
from rapport.routing.trials import draws, trials_of
from rapport.routing.versions import version_in_force

NOON = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)
SMALL = Size(contacts=900, days=3, reps=20, customers=700)


def rows(label: str, **only: Any) -> Any:
    return apps.get_model(label).objects.filter(**only)


def test_the_rows_hang_together(small: Any) -> None:
    connection.check_constraints()
    contacts = rows("contacts.Contact", programme=small)
    assert 700 < contacts.count() < 1300
    assert not contacts.exclude(state__in=["closed", "abandoned", "left"]).exists()
    assert not contacts.filter(closed_at__gt=NOON).exists()
    closed = contacts.filter(state="closed", direction="in")
    assert rows("feedback.Survey", programme=small, contact__direction="in").count() == closed.count()
    assert rows("guides.Progress", programme=small).count() == closed.count()
    assert all(guide_of(one) is not None for one in closed.order_by("-pk")[:3])
    assert rows("contacts.Leg", programme=small).count() >= contacts.filter(state="closed").count()
    assert not rows("contacts.Leg", ended_at__gt=NOON).exists()
    assert not rows("routing.StateSpan", ended_at__gt=NOON).exists()
    assert rows("chat.Message", contact__channel="voice").count() == 0
    assert rows("chat.Message", author="rep", member=None).count() == 0


def test_the_library_is_live_with_one_entry_overdue_and_one_change_to_approve(small: Any) -> None:
    kinds = [one.entry.kind for one in live_versions(small)]
    assert (kinds.count("objection"), kinds.count("rebuttal"), kinds.count("article")) == (6, 12, 16)
    assert [row.entry.key for row in listed(small, Wanted(state="submitted"))] == ["late-fee"]
    assert [row.entry.key for row in listed(small, Wanted(overdue=True))] == ["pay-abroad"]
    assert search(small, "can I close it from abroad")[0].key == "close-from-abroad"


def test_every_contact_is_in_the_log_in_order(small: Any) -> None:
    events = rows("events.Event", programme=small)
    contacts = rows("contacts.Contact", programme=small).count()
    assert events.filter(name="contact.arrived").count() == contacts
    ends = ("contact.closed", "contact.abandoned", "contact.left")
    assert events.filter(name__in=ends).count() == contacts
    times = list(events.filter(name__startswith="contact.").order_by("id").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] < NOON


def test_calls_are_put_on_hold_while_they_are_spoken(small: Any) -> None:
    told = rows("events.Event", programme=small).order_by("id")
    held, resumed = (
        dict(told.filter(name=f"contact.{name}").values_list("subject", "at")) for name in ("held", "resumed")
    )
    assert held.keys() == resumed.keys() and len(held) > 10
    for call in rows("contacts.Contact", public_id__in=held):
        at, until = held[call.public_id], resumed[call.public_id]
        assert call.channel == "voice" and call.answered_at < at < until <= call.ended_at


def test_customers_come_back_for_what_the_partner_owes_and_not_for_training_alone(small: Any) -> None:
    causes = Counter(rows("repeats.Return", programme=small).values_list("cause", flat=True))
    assert causes["access"] > 0 and causes["training"] < 0.6 * causes.total()
    owed = rows("customers.Promise", programme=small, by="rep", keeper=None, keeping_team=None)
    contacts = rows("contacts.Contact", pk__in=owed.values("contact_id"))
    assert contacts.exists() and not contacts.filter(resolved=True).exists()


def test_the_log_alone_tells_the_same_facts(small: Any) -> None:
    assert list(differences(small)) == []


def test_a_trial_has_ended_that_drew_its_share_and_a_replay_is_asked_for(small: Any) -> None:
    [trial] = trials_of(small)
    assert (trial.result, trial.ended_at) == ("time_up", trial.ends_at)
    assert version_in_force(small).number == trial.control.number
    queued = rows("contacts.Contact", programme=small, queued_at__gte=trial.starts_at, queued_at__lt=trial.ends_at)
    for contact in queued.select_related("customer"):
        whose = str(contact.customer.public_id) if contact.customer else contact.address
        drawn = trial.candidate if draws(trial.key, whose, trial.share) else trial.control
        assert contact.plan == drawn.number
    others = rows("contacts.Contact", programme=small).exclude(pk__in=queued.values("pk"))
    assert queued.count() > 100 and not others.filter(plan__isnull=False).exists()
    assert [one.state for one in replays_of(small)] == ["waiting"]


def test_no_rep_is_in_two_states_at_once(small: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM routing_statespan a JOIN routing_statespan b ON a.member_id = b.member_id"
            " AND a.id < b.id AND a.started_at < b.ended_at AND b.started_at < a.ended_at"
        )
        assert cursor.fetchone()[0] == 0


def test_the_figures_are_sane(small: Any) -> None:
    figures = insight.metrics(small)[0].figures
    offered = rows("contacts.Contact", programme=small, direction="in").exclude(state="left").count()
    assert figures["contacts_offered"].value == offered
    assert 0.4 < figures["service_level"].value <= 1
    assert 150 < figures["average_handle_time"].value < 600
    assert 0.15 < figures["occupancy"].value < 1
    assert 0.8 < figures["touch_point_coverage"].value < 1
    assert 3 < figures["satisfaction"].value < 5


def test_it_is_loaded_once(small: Any) -> None:
    before = rows("events.Event").count()
    assert load(size=SMALL) == 0
    assert rows("events.Event").count() == before
    assert loaded() == small


def test_who_is_invited_to_be_played_has_an_open_promise(small: Any) -> None:
    promises = rows("customers.Promise", customer__name="Ada Byron", settled_at=None)
    assert promises.filter(due_on=NOON.date()).exists()


def test_nobody_can_sign_in_as_a_simulated_rep(small: Any) -> None:
    assert len(simulated_reps(small)) == SMALL.reps - 1


def test_the_same_seed_gives_the_same_month() -> None:
    people = invent(SMALL.customers, today=NOON.date(), seed=4)
    first, second = (simulate(SMALL, people, now=NOON, seed=4) for _ in range(2))
    first.run()
    second.run()
    assert first.visits == second.visits
    assert first.spans == second.spans


def test_waits_and_returns_are_like_those_of_the_field() -> None:
    size = Size(contacts=23_333, days=7, customers=15_000)
    month = simulate(size, invent(size.customers, today=NOON.date(), seed=1), now=NOON, seed=1)
    month.run()
    answered = [one for one in month.visits if one.legs and one.closed < month.end]
    lost = [one for one in month.visits if not one.legs and one.gave_up < month.end]
    asked = len(answered) + len(lost)
    assert 0.65 < sum(one.wait <= 20 for one in answered) / asked < 0.95
    assert 0.01 < len(lost) / asked < 0.10
    assert 0.74 < sum(one.resolved for one in answered) / len(answered) < 0.86
    assert all(leg.start <= leg.end <= leg.wrapped for one in answered for leg in one.legs)
    late = NOON - timedelta(days=1)
    assert any(one.attempt > 1 for one in month.visits if one.arrived > late.timestamp())


def test_cards_and_accounts_are_sealed_and_find_their_customer(small: Any) -> None:
    first = customer_by_number(small, "4000 0566 5566 5556")
    assert first is not None
    assert {one.field for one in sealed_of(first)} == {"number", "account_number", "date_of_birth"}
    labels = dict(rows("customers.Holding", programme=small).values_list("pk", "label"))
    sealed = rows("customers.SealedValue", programme=small)
    assert labels == dict(sealed.filter(holding__isnull=False).values_list("holding", "hint"))
    customers = rows("customers.Customer", programme=small).count()
    assert sealed.filter(field="date_of_birth", hint="••••", finder="").count() == customers == 700
    assert {len(opened(one)) for one in sealed.filter(field="account_number")[:20]} == {22}


def test_one_screening_runs_out_soon_and_its_alarm_has_an_owner(small: Any) -> None:
    people = rows("accounts.Member", programme=small)
    assert people.exclude(screening="passed").get().role == "trainer"
    assert {member.team.name for member in people.filter(role="rep").select_related("team")} == set(TEAMS)
    (member,) = clearances_ending(small, before=NOON.date() + timedelta(days=7))
    assert member.screened_until == NOON.date() + timedelta(days=5)
    alarm = rows("audit.Alarm", programme=small).get(cause="clearance_lapses")
    assert alarm.about == f"member:{member.pk}"
    assert alarm.owner.agent_id == ADMINISTRATOR


def test_what_customers_asked_is_answered_but_for_two(small: Any) -> None:
    asked = dict(rows("privacy.Request", programme=small).values_list("kind", "status"))
    assert asked == {"access": "done", "restriction": "done", "erasure": "open", "correction": "open"}
    assert rows("privacy.Package", programme=small).get().state == "taken"
    held, restricted = (customer_by_key(small, key) for key in (HELD, RESTRICTED))
    assert held and restricted and not restricted.is_active
    with pytest.raises(Conflict, match="legal hold"):
        erase(programme=small, customer_id=held.public_id, confirmed=HELD, actor="test")


def test_the_partners_last_file_is_kept_and_not_loaded_and_both_sides_know_why(small: Any) -> None:
    last, *before = deliveries_of(small, limit=9)
    assert [one.verdict for one in before] == ["taken", "taken", "quarantined", "taken", "taken"]
    assert last.verdict == "quarantined" and last.kept
    assert [one["code"] for one in last.why] == ["type_wrong", "sum_differs"]
    assert feed_of(small, "customers").state == "stopped"
    told = rows("events.Event", programme=small, name="feed.stopped").order_by("id").last()
    assert told.data["why"] == ["type_wrong", "sum_differs"]


def test_offers_were_made_refused_accepted_and_fulfilled_within_what_there_is(small: Any) -> None:
    choices = rows("offers.Choice", programme=small)
    assert {one.slot for one in choices} >= {"save", "cross_sell"}
    assert all(abs(sum(one.chances.values()) - 1) < 1e-9 and one.drawn in one.chances for one in choices)
    presented = rows("offers.Presentation", programme=small)
    assert set(presented.values_list("state", flat=True)) >= {"shown", "refused", "accepted"}
    accepted = presented.filter(state="accepted")
    assert rows("offers.Fulfilment", programme=small).count() == accepted.count() > 0
    told = rows("events.Event", programme=small, name="offer.accepted")
    assert told.count() == accepted.count()
    for one in rows("offers.Allowance", programme=small, of="budget"):
        taken = accepted.filter(offer=one.offer, month=one.month).values_list("cost", flat=True)
        assert one.used == sum(taken) <= one.most
    assert rows("offers.OfferVersion", programme=small).exclude(flagged="").get().flag_because


def test_every_wish_of_half_a_year_had_a_choice_that_its_claim_agrees_with(small: Any) -> None:
    choices = rows("offers.Choice", programme=small, slot="save")
    of_wish = {one.attempt.public_id: one for one in choices.select_related("attempt")}
    claims = {one.attempt: one for one in rows("ledger.Claim", programme=small)}
    accepted = rows("offers.Presentation", programme=small, state="accepted", choice__slot="save")
    taken = {one.choice_id: one.offer.key for one in accepted.select_related("offer")}
    assert len(of_wish) == rows("offers.SaveAttempt", programme=small).count()
    assert len({one.made_on.replace(day=1) for one in claims.values()}) >= 5
    for attempt, claim in claims.items():
        choice = of_wish[attempt]
        assert (taken.get(choice.pk, ""), choice.contact.public_id) == (claim.offer, claim.contact)
        assert choice.is_control == claim.is_control
        assert choice.stuck is {"matured": True, "reversed": False}.get(claim.state)
    assert set(taken) <= {of_wish[attempt].pk for attempt in claims}
    assert all(one.stuck is False for one in of_wish.values() if one.attempt.outcome == "left")


def test_the_chances_of_the_past_are_those_it_was_drawn_by() -> None:
    """Other policies are judged by them: what was drawn, and not what was taken in the end, was drawn evenly."""
    made = Wishes(seed=3, talents=[0.0], segments=[0] * 30_000, controls=lambda number: number % 25 == 0)
    wishes = list(made.before(0.0, 300 * DAY))
    drawn = [one.offers[0] for one in wishes if one.offers]
    assert all(abs(drawn.count(one) / len(drawn) - 1 / 3) < 0.02 for one in range(len(OFFERS)))
    assert all(one.taken is None or one.taken == one.offers[-1] for one in wishes)


def test_the_demonstration_chooses_by_what_came_of_its_past(small: Any) -> None:
    name, learnt = learnt_of(small, "save")
    assert name == "learnt-1" and set(learnt.known) == {"", "fee-waived", "no-fee-card", "cashback"}
    found = judge(small)
    assert found.choices > found.settled > 50
    assert [one.name for one in found.policies] == ["used", "best", "cheapest", "nothing"]


def test_every_month_has_sales_and_each_promise_of_a_seller_is_in_the_log(small: Any) -> None:
    promises = {str(one.public_id): one for one in rows("customers.Promise", by="seller")}
    told = list(rows("events.Event", name__in=("promise.made", "promise.settled")))
    sold = sales_between(small, date(2026, 1, 1), NOON.date())
    made = [one.data["promise"] for one in told if one.name == "promise.made" and one.data["by"] == "seller"]
    settled = {one.data["promise"]: one.data["state"] for one in told if one.name == "promise.settled"}
    assert sorted(made) == sorted(promises)
    assert {key: one.state for key, one in promises.items() if one.state != "open"} == {
        key: state for key, state in settled.items() if key in promises
    }
    assert {one.sale.sold_on.replace(day=1) for one in sold} == {
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
    }


def test_a_contact_of_the_past_can_be_read(small: Any) -> None:
    client = Client()
    client.force_login(rows("accounts.Member", programme=small).get(agent_id=SUPERVISOR).user)
    for channel in ("chat", "voice"):
        one = rows("contacts.Contact", programme=small, direction="out", channel=channel).first()
        page = client.get(f"/at/{small.key}/contacts/{one.public_id}/")
        assert page.status_code == 200 and one.summary in page.content.decode()


def test_awards_are_decided_and_people_thanked_and_rewarded(small: Any) -> None:
    awards = rows("awards.Award", programme=small)  # of so few in three days nobody can be told from the others
    assert {(one.state, one.cause) for one in awards if one.state != "drafted"} == {
        ("turned_down", one.why_nobody) for one in awards if one.state != "drafted"
    }
    assert {one.category.key for one in awards if one.state == "drafted"} == {"team-spirit"} and awards.count() > 3
    given = rows("rewards.Given", programme=small)
    assert not rows("rewards.Reward", programme=small, cost__lt=1_000).exists()  # nothing for pence
    assert 0 < given.filter(rank__isnull=False).count() <= given.count() and rows("rewards.Wish").exists()
    assert (
        rows("kudos.Kudos", programme=small).count() > 20 and rows("staff.StrainTold", programme=small).get().told
    )


def test_people_have_come_and_gone_and_uncommon_service_was_settled(small: Any) -> None:
    gone = rows("accounts.Member", programme=small, is_active=False)
    assert gone.count() == LEFT and not gone.filter(since__gte=NOON - timedelta(days=200)).exists()
    with clock.at(NOON):
        assert [one.name for one in stays(small)] == ["Everyone", *TEAMS]
    settled = rows("kudos.Uncommon", programme=small)
    assert settled.filter(confirmed=True).exists() and settled.filter(confirmed=False).exists()
    assert any(one.uncommon for one in rows("recognition.RallyNote", programme=small))
    found = uncommon.proposed(rows("accounts.Member", programme=small).get(agent_id=SUPERVISOR))
    assert {"stayed", "words"} <= {rule for one in found for rule in one.rules}
    assert rows("staff.Shared", programme=small).count() == 2
