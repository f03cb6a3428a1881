"""Every metric on a few contacts whose figures can be worked out by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.feedback import actions as feedback
from rapport.guides.models import Guide, GuideVersion, Progress
from rapport.insight import export, queries
from rapport.insight.check import differences
from rapport.insight.figures import Figure
from rapport.insight.registry import METRICS
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.routing import actions as routing
from rapport.routing import presence, publishing

NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday, 9 o'clock in Berlin
LATER = NINE + timedelta(days=30)
NO_FIGURE = Figure(None, 0, 0)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def arrive(world: World, at: datetime, *, queued: bool = True, known: bool = True) -> Contact:
    contact, _ = contacts.arrive(
        programme=world.programme,
        channel="voice",
        actor="pbx",
        customer=world.customer if known else None,
        reason=world.reason,
        at=at,
    )
    if queued:
        contacts.enqueue(contact, queue="main", actor="pbx", at=at)
    return contact


def serve(
    contact: Contact, world: World, *, at: datetime, talk: float, wrap: float, resolved: bool = True
) -> None:
    contacts.answer(contact, rep=world.rep, actor="pbx", at=at)
    contacts.end(contact, by="customer", actor="pbx", at=at + timedelta(seconds=talk))
    done = at + timedelta(seconds=talk + wrap)
    contacts.close(contact, actor="pbx", disposition=None, resolved=resolved, at=done)


def figures(
    world: World, *keys: str, now: datetime = LATER, start: date | None = None, end: date | None = None
) -> Mapping[str, Figure]:
    [row] = queries.metrics(world.programme, keys or None, start, end, now=now)
    assert row.group == {}
    return row.figures


def by(world: World, dimension: str, key: str) -> dict[object, Figure]:
    rows = queries.metrics(world.programme, [key], by=dimension, now=LATER)
    return {row.group[dimension]: row[key] for row in rows}


def test_without_contacts_counts_are_nothing_and_the_rest_has_no_value(world: World) -> None:
    found = figures(world)
    assert list(found) == list(METRICS)
    for key, figure in found.items():
        assert (figure.numerator, figure.value) == (0, 0 if METRICS[key].kind == "count" else None)
    assert queries.metrics(world.programme, by="rep") == []
    assert queries.extent(world.programme) is None


def test_answered_abandoned_and_left_are_told_apart(world: World) -> None:
    serve(arrive(world, NINE), world, at=after(20), talk=100, wrap=30)
    serve(arrive(world, NINE), world, at=after(20.5), talk=200, wrap=0)
    contacts.abandon(arrive(world, NINE), actor="pbx", at=after(5))
    contacts.abandon(arrive(world, NINE, queued=False), actor="pbx", at=after(5))
    arrive(world, NINE)  # still waits
    found = figures(world)
    assert found["contacts_offered"] == Figure(3, 3, None)
    assert found["contacts_answered"] == Figure(2, 2, None)
    assert found["contacts_abandoned"] == Figure(1, 1, None)
    assert found["left_before_queue"] == Figure(1, 1, None)
    assert found["abandonment_rate"] == Figure(1 / 3, 1, 3)
    assert found["service_level"] == Figure(1 / 3, 1, 3)  # 20 seconds are within, 20.5 are not
    assert found["average_speed_of_answer"] == Figure(20.25, 40.5, 2)
    assert found["average_handle_time"] == Figure(165, 330, 2)
    assert found["after_contact_work"] == Figure(15, 30, 2)


def test_the_programmes_own_answering_time_counts(world: World) -> None:
    serve(arrive(world, NINE), world, at=after(30), talk=1, wrap=1)
    assert figures(world, "service_level")["service_level"].value == 0
    world.programme.answer_within_seconds = 30
    assert figures(world, "service_level")["service_level"].value == 1


def test_a_contact_with_two_reps_counts_once_overall_and_for_each_of_them(world: World) -> None:
    contact = arrive(world, NINE)
    contacts.answer(contact, rep=world.second_rep, actor="router", at=after(10))
    contacts.return_to_queue(contact, why="rep lost", actor="router", at=after(40))
    serve(contact, world, at=after(100), talk=60, wrap=10)
    found = figures(world)
    assert found["contacts_answered"].value == found["contacts_offered"].value == 1
    assert found["average_handle_time"] == Figure(100, 100, 1)
    assert found["average_speed_of_answer"] == Figure(10, 10, 1)
    assert by(world, "rep", "contacts_answered") == {"rep": Figure(1, 1, None), "rep2": Figure(1, 1, None)}
    assert by(world, "rep", "average_handle_time") == {"rep": Figure(70, 70, 1), "rep2": Figure(30, 30, 1)}


def test_who_leaves_after_losing_the_rep_has_abandoned(world: World) -> None:
    contact = arrive(world, NINE)
    contacts.answer(contact, rep=world.rep, actor="router", at=after(10))
    contacts.return_to_queue(contact, why="rep lost", actor="router", at=after(40))
    contacts.abandon(contact, actor="customer", at=after(50))
    found = figures(world)
    assert (found["contacts_answered"].value, found["contacts_abandoned"].value) == (0, 1)
    assert found["contacts_offered"].value == 1
    assert found["average_handle_time"] == NO_FIGURE


def test_calls_that_go_out_are_not_contacts_offered(world: World) -> None:
    contact, _ = contacts.arrive(
        programme=world.programme, channel="voice", direction="out", actor="pbx", at=NINE, customer=world.customer
    )
    contacts.enqueue(contact, queue="main", actor="pbx", at=NINE)
    serve(contact, world, at=after(1), talk=10, wrap=1)
    assert figures(world)["contacts_offered"].value == 0


def test_a_return_within_7_days_of_the_end_on_any_channel_is_not_resolved(world: World) -> None:
    first = arrive(world, NINE)
    serve(first, world, at=NINE, talk=100, wrap=0)
    week = timedelta(days=7)
    again, _ = contacts.arrive(
        programme=world.programme, channel="chat", actor="customer", customer=world.customer, at=after(100) + week
    )
    key = "first_contact_resolution"
    assert figures(world, key)[key] == Figure(0, 0, 1, 1)
    Contact.objects.filter(pk=again.pk).update(arrived_at=after(100.001) + week)
    assert figures(world, key)[key] == Figure(1, 1, 1, 1)


def test_only_known_customers_whose_7_days_have_passed_count_as_resolved(world: World) -> None:
    serve(arrive(world, NINE), world, at=NINE, talk=60, wrap=0)
    serve(arrive(world, after(10), known=False), world, at=after(10), talk=60, wrap=0)
    serve(arrive(world, NINE + timedelta(days=6)), world, at=NINE + timedelta(days=6), talk=60, wrap=0)
    key = "first_contact_resolution"
    young = figures(world, key, now=NINE + timedelta(days=6, minutes=5))[key]
    assert (young, young.matured) == (Figure(None, 0, 0, 2), 0)
    arrive(world, NINE + timedelta(days=9))
    grown = figures(world, key, now=NINE + timedelta(days=9))[key]
    assert (grown, grown.matured) == (Figure(0, 0, 1, 2), 0.5)


def test_an_old_log_is_seen_no_further_than_its_last_day(world: World) -> None:
    serve(arrive(world, NINE), world, at=NINE, talk=60, wrap=0)
    assert queries.seen_until(world.programme, now=LATER) == datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert figures(world, "first_contact_resolution")["first_contact_resolution"].denominator == 0


def test_what_customers_and_reps_say(world: World) -> None:
    for rating, resolved in ((5, True), (4, None), (1, False), (None, True)):
        contact = arrive(world, NINE)
        serve(contact, world, at=NINE, talk=60, wrap=0, resolved=rating != 1)
        with clock.at(after(600)):
            feedback.answer(contact=contact, rating=rating, resolved=resolved)
    found = figures(world)
    assert found["satisfaction"] == Figure(10 / 3, 10, 3)
    assert found["satisfied_customers"] == Figure(2 / 3, 2, 3)
    assert found["resolution_by_customers"] == Figure(2 / 3, 2, 3)
    assert found["resolution_by_reps"] == Figure(3 / 4, 3, 4)


def test_touch_points(world: World) -> None:
    guide = Guide.objects.create(programme=world.programme, key="cancel", name="Cancel")
    version = GuideVersion.objects.create(programme=world.programme, guide=guide, number=1, text="", made_at=NINE)
    for required, covered in ((4, 4), (4, 1)):
        contact = arrive(world, NINE)
        serve(contact, world, at=NINE, talk=60, wrap=0)
        Progress.objects.create(
            programme=world.programme,
            contact=contact,
            version=version,
            began_at=NINE,
            required=required,
            covered=covered,
        )
    assert figures(world)["touch_point_coverage"] == Figure(5 / 8, 5, 8)


def test_occupancy_is_cut_at_local_hours_and_days(world: World) -> None:
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # half past 11 in the evening in Berlin
    for doing, minutes in (("available", 0), ("on_contact", 10), ("break", 100), ("offline", 130)):
        with clock.at(late + timedelta(minutes=minutes)):
            presence.move(presence.locked(world.rep), doing, actor="test")
    assert figures(world, "occupancy")["occupancy"] == Figure(90 / 100, 90 * 60, 100 * 60)
    assert by(world, "day", "occupancy") == {
        date(2026, 3, 2): Figure(20 / 30, 20 * 60, 30 * 60),
        date(2026, 3, 3): Figure(1.0, 70 * 60, 70 * 60),
    }
    assert by(world, "hour", "occupancy")[1] == Figure(1.0, 10 * 60, 10 * 60)
    assert figures(world, "occupancy", end=date(2026, 3, 2))["occupancy"].denominator == 30 * 60
    assert list(differences(world.programme)) == []


@pytest.mark.parametrize(
    ("instant", "day", "hour"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29), 0),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29), 3),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25), 2),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25), 2),
    ],
)
def test_days_and_hours_are_local_when_the_clocks_change(
    world: World, instant: datetime, day: date, hour: int
) -> None:
    contacts.abandon(arrive(world, instant), actor="pbx", at=instant)
    assert list(by(world, "day", "contacts_abandoned")) == [day]
    assert list(by(world, "hour", "contacts_abandoned")) == [hour]
    assert figures(world, "contacts_abandoned", start=day, end=day)["contacts_abandoned"].value == 1
    before = figures(world, "contacts_abandoned", end=day - timedelta(days=1))
    assert before["contacts_abandoned"].value == 0


def test_several_cuts_at_once_agree_with_each_alone(world: World) -> None:
    for hour in range(5):
        serve(arrive(world, after(hour * 3600)), world, at=after(hour * 3600 + hour * 9), talk=60, wrap=5)
    cuts = [(), ("day",), ("hour",), ("rep",), ("weekday", "hour")]
    together = queries.cuts(world.programme, None, None, None, cuts, now=LATER)
    for cut in cuts:
        assert together[cut] == queries.metrics(world.programme, by=cut, now=LATER)
    assert [dict(row.group) for row in together["weekday", "hour"]][:2] == [
        {"weekday": 1, "hour": 9},
        {"weekday": 1, "hour": 10},
    ]


def test_the_figures_of_one_rep_are_those_of_their_group(world: World) -> None:
    for number, rep in enumerate((world.rep, world.second_rep, world.rep)):
        contact = arrive(world, after(number * 86400))
        contacts.answer(contact, rep=rep, actor="pbx", at=after(number * 86400 + 5))
        contacts.end(contact, by="rep", actor="pbx", at=after(number * 86400 + 60 * (number + 1)))
        contacts.close(contact, actor="pbx", disposition=None, resolved=True, at=after(number * 86400 + 300))
    [others] = queries.metrics(world.programme, rep="nobody", now=LATER)
    assert all(figure.numerator == 0 for figure in others.figures.values())
    for rep in (world.rep, world.second_rep):
        [told] = queries.metrics(world.programme, rep=rep.agent_id, now=LATER)
        [same] = [
            row
            for row in queries.metrics(world.programme, by="rep", now=LATER)
            if row.group["rep"] == rep.agent_id
        ]
        assert told.figures == same.figures
    # who called again is followed through everybody's contacts, not through the rep's own only
    told = queries.metrics(
        world.programme, ["first_contact_resolution"], rep=world.second_rep.agent_id, now=LATER
    )[0]
    assert told["first_contact_resolution"].numerator == 0
    days = queries.metrics(world.programme, ["contacts_answered"], by="day", rep=world.rep.agent_id, now=LATER)
    assert [row["contacts_answered"].value for row in days] == [1, 1]


def test_duckdb_gives_the_same_figures(world: World, tmp_path: Path) -> None:
    for number in range(4):
        contact = arrive(world, after(number * 0.3337))
        serve(contact, world, at=after(number * 9.123456), talk=60.7654321, wrap=5.5554)
        with clock.at(after(600)):
            feedback.answer(contact=contact, rating=number + 1, resolved=None)
    contacts.abandon(arrive(world, after(7)), actor="pbx", at=after(9))
    export.write_parquet(world.programme, tmp_path)
    cuts = [(), ("rep",), ("hour",)]
    values = queries.values_for(world.programme, None, None, now=LATER)
    with export.counting_over(tmp_path) as run:
        theirs = queries.count_all(run, "duckdb", None, cuts, values)
        of_rep = queries.count_all(run, "duckdb", None, cuts, values | {"rep": "rep"})
    assert theirs == queries.cuts(world.programme, None, None, None, cuts, now=LATER)
    assert of_rep == queries.cuts(world.programme, None, None, None, cuts, now=LATER, rep="rep")


def test_another_programmes_contacts_are_not_counted(world: World) -> None:
    serve(arrive(world, NINE), world, at=NINE, talk=60, wrap=0)
    assert queries.metrics(world.other, now=LATER)[0]["contacts_offered"].value == 0


def test_unknown_metrics_and_dimensions_are_refused_with_those_there_are(world: World) -> None:
    with pytest.raises(Invalid, match="there are contacts_offered"):
        queries.metrics(world.programme, ["contacts_ofered"])
    with pytest.raises(Invalid, match="they can by rep, queue"):
        queries.metrics(world.programme, by="shoe size")


OWN_TARGETS = """
[queues.main]
name = "Main"
answer_within_seconds = 60
routes = [{ steps = [{ anyone = true }] }]

[queues.other]
name = "Other"
by_hand = true
routes = [{ steps = [{ anyone = true }] }]
"""


def test_service_level_goes_by_the_target_a_contacts_queue_had_when_it_was_put_there(world: World) -> None:
    def published(text: str, instead_of: int | None) -> int:
        made = publishing.save_draft(programme=world.programme, text=text)
        return publishing.publish(programme=world.programme, number=made.number, instead_of=instead_of).number

    def answered_after_forty(queue: str, at: datetime) -> None:
        contact, _ = contacts.arrive(programme=world.programme, channel="chat", actor="customer", at=at)
        routing.enqueue(contact, queue=queue, actor="customer", at=at)
        contact.refresh_from_db()
        contacts.answer(contact, rep=world.rep, actor="test", at=at + timedelta(seconds=40))
        contacts.end(contact, by="rep", actor="test", at=at + timedelta(seconds=50))

    number = published(OWN_TARGETS, None)
    for queue in ("main", "other", "unknown"):
        answered_after_forty(queue, NINE)
    published(OWN_TARGETS.replace("= 60", "= 10"), number)
    answered_after_forty("main", NINE)
    levels = {
        row.group["queue"]: row["service_level"].value for row in queries.metrics(world.programme, by="queue")
    }
    assert levels == {"main": 0.5, "other": 0.0, "unknown": 0.0}
    assert figures(world)["service_level"].value == 0.25
    assert list(differences(world.programme)) == []
