"""A programme's risk through time: learnt on the past, measured on what came later, told, and kept in the wall."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from rapport.conftest import World, inside
from rapport.contacts.models import Contact
from rapport.customers.models import Customer, FileChange, Holding, Standing
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.offers.models import SaveAttempt
from rapport.privacy.catalogue import subject_of
from rapport.risk import keeping, learning, personal
from rapport.risk.jobs import learn as learn_job
from rapport.risk.knowing import Lesson, Past
from rapport.risk.models import RiskDrift, RiskModel, RiskScore
from rapport.risk.queries import rules_of

DAYS = 30


def populated(world: World, *, customers: int = 700, telling: bool = True) -> None:
    """Customers whose idle days tell who leaves within the month after, over half a year; each change is dated."""
    dice, now = np.random.default_rng(3), clock.now()
    keeping.change_rules(
        member=world.supervisor, attribute="left", values=["yes"], days=DAYS, left_out=["secret_trait"]
    )
    made = Customer.objects.bulk_create(
        Customer(
            programme=world.programme,
            key=f"L-{i}",
            customer_since=(now - timedelta(days=900)).date(),
            attributes={"idle": int(dice.integers(0, 30)), "left": False, "secret_trait": i % 2, "noise": i % 7},
        )
        for i in range(customers)
    )
    changes = []
    for one in made:
        idle = one.attributes["idle"] if telling else 0
        rate = 0.25 if idle > 22 else 0.005 if telling else 0.05
        for month in range(6, 0, -1):
            if dice.random() < rate:
                at = now - timedelta(days=DAYS * month - 1 - float(dice.uniform(0, DAYS - 2)))
                one.attributes["left"] = True
                changes.append(changed(one, at, {"left": "False"}, {"left": "True"}))
                break
    Customer.objects.bulk_update(made, ["attributes"])
    FileChange.objects.bulk_create(changes)


def changed(one: Customer, at: datetime, before: dict[str, str], after: dict[str, str]) -> FileChange:
    return FileChange(
        programme_id=one.programme_id, customer=one, at=at, actor="import", before=before, after=after
    )


@pytest.fixture
def learnt(world: World) -> RiskModel:
    populated(world)
    found = learning.learn(world.programme.pk)
    assert found is not None
    return found


def test_it_is_learnt_on_the_past_measured_on_later_and_used_since_it_tells_more_than_the_rule(
    world: World, learnt: RiskModel
) -> None:
    assert learnt.is_in_use
    figures = learnt.figures
    assert figures["model"]["auc"]["value"] > 0.7
    assert set(figures) == {"model", "line", "rule", "rule_asks", "raises"}
    assert learning.learn(world.programme.pk) is None  # of the same day there is nothing new
    told = learning.score(world.programme.pk)
    left = Customer.objects.filter(attributes__left=True).count()
    still_here = Customer.objects.filter(standing="active").count() - left
    assert told == RiskScore.objects.count() == still_here
    idle, busy = (
        [one.score for one in RiskScore.objects.filter(**{f"customer__attributes__idle__{test}": at})]
        for test, at in (("gte", 23), ("lte", 22))
    )
    assert np.mean(idle) > 4 * np.mean(busy)
    assert any(one.raising[0]["feature"] == "idle" for one in RiskScore.objects.order_by("-score")[:5])
    assert RiskDrift.objects.get().by_feature[""] < 0.25
    learning.score(world.programme.pk)
    assert RiskScore.objects.count() == told  # again replaces what was told


def test_what_came_after_is_not_known_and_what_says_who_left_is_not_learnt_from(world: World) -> None:
    now = clock.now()
    populated(world, customers=5)
    one = Customer.objects.get(key="L-0")
    one.attributes |= {"idle": 99, "left": False}
    one.save()
    FileChange.objects.filter(customer=one).delete()
    changed(one, now - timedelta(days=3), {"idle": "4", "name": "Ada"}, {"idle": "99", "name": "Bob"}).save()
    changed(one, now - timedelta(days=9), {"idle": "2"}, {"idle": "4"}).save()
    past = Past(world.programme, rules_of(world.programme), now)
    for days, idle in ((0, 99), (5, "4"), (20, "2")):
        record = past.records(now - timedelta(days=days))[one.pk]
        assert record["idle"] == idle
        assert not {"left", "secret_trait", "name"} & set(record)


def test_a_worse_model_takes_no_place(world: World, learnt: RiskModel) -> None:
    later = clock.now() + timedelta(days=1)
    Customer.objects.exclude(pk=world.customer.pk).update(attributes={"idle": 3, "left": False, "noise": 1})
    with clock.at(later):
        again = learning.learn(world.programme.pk)
    assert again is None or not again.is_taken
    assert RiskModel.objects.get(is_in_use=True) == learnt


def test_weights_that_were_altered_are_not_used(world: World, learnt: RiskModel) -> None:
    RiskModel.objects.filter(pk=learnt.pk).update(content=bytes(learnt.content or b"")[:-1] + b"x")
    assert learning.score(world.programme.pk) == 0


def test_of_too_few_who_left_nothing_is_learnt_and_the_job_goes_on(world: World) -> None:
    with pytest.raises(Invalid, match="it takes 30"):
        learning.learn(world.programme.pk)
    learn_job(programme_id=world.programme.pk)
    assert not RiskModel.objects.exists()


def test_who_is_erased_or_restricted_has_no_risk(world: World, learnt: RiskModel) -> None:
    learning.score(world.programme.pk)
    one = RiskScore.objects.order_by("pk")[0].customer
    subject = subject_of(world.programme, [one.pk])
    for kept in personal.KEPT:
        kept.erase(subject)
    assert not RiskScore.objects.filter(customer=one).exists()
    Customer.objects.filter(pk=one.pk).update(standing=Standing.RESTRICTED)
    learning.score(world.programme.pk)
    assert not RiskScore.objects.filter(customer=one).exists()


def test_another_programme_sees_none_of_it(world: World, learnt: RiskModel) -> None:
    learning.score(world.programme.pk)
    with inside(world.other.pk):
        assert not RiskScore.objects.exists()
        assert not RiskModel.objects.exists()
        assert learning.score(world.other.pk) == 0


@pytest.mark.parametrize(
    "wrong", [{"days": 3}, {"days": 999}, {"values": []}, {"left_out": ["x" * 200]}, {"left_out": ["x"] * 60}]
)
def test_rules_that_cannot_be_used_are_refused(world: World, wrong: dict[str, Any]) -> None:
    told: dict[str, Any] = {"attribute": "left", "values": ["yes"], "days": 60, "left_out": []}
    with pytest.raises(Invalid):
        keeping.change_rules(member=world.supervisor, **{**told, **wrong})


def test_who_the_partners_accounts_say_cancelled_left_then_unless_that_is_corrected(world: World) -> None:
    now = clock.now()
    populated(world, customers=3)
    stays, leaves, corrected = Customer.objects.filter(key__startswith="L-").order_by("pk")
    FileChange.objects.all().delete()
    Customer.objects.filter(key__startswith="L-").update(attributes={"left": False})
    word = ledger.Word(leaves.pk, "", now - timedelta(days=8), Status.CANCELLED, since=now - timedelta(days=12))
    wrong = ledger.Word(corrected.pk, "", now - timedelta(days=8), Status.CANCELLED)
    words = [
        *(word, wrong, wrong._replace(status=Status.ACTIVE, sequence=1)),
        ledger.Word(stays.pk, "", now - timedelta(days=8), Status.SET_TO_CANCEL),
    ]
    ledger.hear(programme=world.programme, words=words, actor="test")
    past = Past(world.programme, rules_of(world.programme), now)
    before, after = past.lesson(now - timedelta(days=13)), past.records(now - timedelta(days=11))
    left = dict(zip(before.customers, before.left, strict=True))
    assert [left[one.pk] for one in (stays, leaves, corrected)] == [False, True, False]
    assert {stays.pk, corrected.pk} <= set(after)
    assert leaves.pk not in after


def test_contacts_wishes_and_products_that_came_later_are_not_known(world: World) -> None:
    now, customer = clock.now(), world.customer
    for days in (5, 20, 200):
        Contact.objects.create(
            programme=world.programme, customer=customer, channel="voice", state="closed", reason=world.reason,
            arrived_at=now - timedelta(days=days), closed_at=now,
        )  # fmt: skip
    SaveAttempt.objects.create(
        programme=world.programme,
        customer=customer,
        origin="rep",
        channel="voice",
        opened_at=now - timedelta(days=5),
    )
    today = now.astimezone(world.programme.zone).date()
    Holding.objects.create(
        programme=world.programme, customer=customer, key="h", product="card", opened_on=today - timedelta(days=5)
    )
    past = Past(world.programme, rules_of(world.programme), now)
    names = ("contacts in 90 days", "wishes to leave before", "products")
    known = {days: past.records(now - timedelta(days=days))[customer.pk] for days in (0, 10)}
    assert [[record[name] for name in names] for record in known.values()] == [[2, 1, 1], [1, 0, 0]]


def test_what_is_learnt_from_is_over_before_what_it_is_measured_on_begins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    populated(world, customers=100)
    asked: list[datetime] = []
    lesson = Past.lesson

    def noted(past: Past, at: datetime) -> Lesson:
        asked.append(at)
        return lesson(past, at)

    monkeypatch.setattr(Past, "lesson", noted)
    with pytest.raises(Invalid):
        learning.learn(world.programme.pk)  # too few left: it has looked at them all by then
    *earlier, measured = sorted(asked)
    assert measured + timedelta(days=DAYS) <= clock.now()
    assert earlier
    assert all(at + timedelta(days=DAYS) <= measured for at in earlier)
