"""The ledger's doors: files of accounts, wishes to leave that end well, the proof, and the curve."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection

from rapport.conftest import World, stand_in
from rapport.customers.models import Customer, Holding
from rapport.events.models import Event
from rapport.feeds.models import Delivery
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.ledger import actions, cli, jobs, queries
from rapport.ledger.importing import cli as importing
from rapport.ledger.models import AccountFact, Claim, DayCount
from rapport.ledger.tests.test_books import LATER, MADE, claim, hear, word
from rapport.offers.leaving import actions as leaving
from rapport.offers.models import Choice, LeavingReason
from rapport.quality.tests.cards import a_contact

HEAD = "customer,holding,as_of,status,sequence,since\n"


def load(world: World, tmp_path: Path, text: str, *more: str) -> int:
    path = tmp_path / "accounts.csv"
    path.write_text(text)
    stand_in(None)
    try:
        with clock.at(LATER):
            errors = str(tmp_path / "errors.tsv")
            return importing.run([str(path), "--programme", "cards", "--errors", errors, *more])
    finally:
        stand_in(world.programme)


def test_a_file_of_accounts_matures_claims_and_again_changes_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = claim(world)
    rows = HEAD + "C-1,card 1,2026-03-03,active,,\nC-1,card 1,2026-05-01,active,0,\n"
    assert load(world, tmp_path, rows) == 0
    assert "2 facts kept" in capsys.readouterr().out
    one.refresh_from_db()
    assert (one.state, one.evidence_at) == ("matured", one.matures_at)
    assert load(world, tmp_path, rows) == 0
    assert "0 facts kept\n2 known already" in capsys.readouterr().out
    assert Delivery.objects.filter(feed="accounts").count() == 2


def test_rows_that_cannot_be_read_are_told_by_line_and_the_others_are_kept(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        "C-1,card 1,2026-03-03,gone,,",
        "C-1,card 1,the third,active,,",
        "C-1,card 1,2026-12-24,active,,",
        "C-1,card 1,2026-03-03,active,-1,",
        "C-1,card 1,2026-03-03,cancelled,,2026-03-04",
        "C-1,4111 1111 1111 1111,2026-03-03,active,,",
        ",card 1,2026-03-03,active,,",
        "C-1,card 1",
        "C-1,card 1,0001-01-01,active,,",
        "C-1,card 1,9999-12-31,active,,",
        f"{'x' * 101},card 1,2026-03-03,active,,",
        "nobody,card 1,2026-03-03,active,,",
    ]
    assert load(world, tmp_path, HEAD + "\n".join([*bad, "C-1,card 1,2026-03-03,active,,"]) + "\n") == 0
    out = capsys.readouterr().out
    assert "1 facts kept" in out and "1 left out" in out and "11 rows that could not be read" in out
    told = (tmp_path / "errors.tsv").read_text()
    assert len(told.splitlines()) == len(bad) + 1 and "4111" not in told
    assert AccountFact.objects.count() == 1


def test_a_mapping_names_the_partners_columns_and_words(world: World, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'delimiter = ";"\ndate_format = "%d.%m.%Y"\n[fields]\ncustomer = "Kunde"\nas_of = "Stand"\nstatus = "St"\n'
        '[statuses]\nA = "active"\nK = "set_to_cancel"\n'
    )
    assert load(world, tmp_path, "Kunde;Stand;St\nC-1;03.03.2026;K\n", "--mapping", str(mapping)) == 0
    assert AccountFact.objects.get().status == "set_to_cancel"
    for wrong in (
        "[fields]\nfoo = 1",
        "[fields]\ncustomer = 'a'",
        "[statuses]\nA = 'fine'",
        "delimiter = 'ab'",
        "[",
    ):
        mapping.write_text(wrong)
        with pytest.raises(Invalid):
            load(world, tmp_path, "", "--mapping", str(mapping))
    assert load(world, tmp_path, "") == 1
    assert load(world, tmp_path, "customer,as_of\nC-1,2026-03-03\n") == 1
    assert load(world, tmp_path, HEAD + "C-1,,2026-03-04,active,,\n", "--dry-run") == 0
    assert AccountFact.objects.count() == 1


def test_who_stays_is_a_claim_once_with_all_it_is_split_by(world: World) -> None:
    parent = LeavingReason.objects.create(programme=world.programme, key="price", name="Price")
    reason = LeavingReason.objects.create(programme=world.programme, key="fee", name="Fee", parent=parent)
    Holding.objects.create(programme=world.programme, customer=world.customer, key="card 1", product="card")
    attempt = leaving.open_attempt(
        customer=world.customer, origin="rep", channel="voice", holding="card 1", actor="system"
    )
    attempt.reason = reason
    attempt.rep = world.rep
    attempt.save()
    leaving.end_attempt(attempt=attempt, outcome="stayed", actor=f"member:{world.rep.pk}")
    ended = Event.objects.get(name="leaving.ended")
    for _ in range(2):
        jobs.enter(programme_id=world.programme.pk, event_id=ended.pk)
    one = Claim.objects.get()
    assert (one.attempt, one.rep, one.reason, one.detail) == (attempt.public_id, world.rep, "price", "fee")
    assert (one.product, one.account.holding, one.segment) == ("card", "card 1", "priority")
    actions.void(programme=world.programme, claim=one.public_id, reason="test", actor="command")
    moved = Event.objects.get(name="ledger.moved")
    jobs.teach(programme_id=world.programme.pk, event_ids=[moved.pk])


def test_what_became_of_many_saves_is_learnt_by_one_job_and_as_it_stands_now(world: World) -> None:
    customers = [Customer.objects.create(programme=world.programme, key=f"M-{one}") for one in range(4)]
    for one in customers:
        attempt = leaving.open_attempt(customer=one, origin="rep", channel="voice", holding="", actor="system")
        claim(world, attempt=attempt.public_id, customer=one.pk)
        Choice.objects.create(
            programme=world.programme, contact=a_contact(world, customer=one, channel="voice"), attempt=attempt,
            slot="save", number=1, at=MADE, is_control=False, value=0, chances={}, weighed={}, removed=[],
        )  # fmt: skip
    before = [queued for queued, _ in taught()]
    hear(world, *(word(world, day, customer=one.pk) for one in customers for day in (1, 60)))
    [(_, told)] = [one for one in taught() if one[0] not in before]
    assert len(told["event_ids"]) == 4
    for _ in range(2):
        jobs.teach(**told)
        assert list(Choice.objects.order_by("pk").values_list("stuck", flat=True)) == [True] * 4
    hear(world, word(world, 20, "cancelled", customer=customers[2].pk, sequence=1))
    (_, corrected) = taught()[-1]
    for again in (corrected, told):  # however late the first comes
        jobs.teach(**again)
        assert list(Choice.objects.order_by("pk").values_list("stuck", flat=True)) == [True, True, False, True]


def taught() -> list[tuple[int, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, args FROM procrastinate_jobs WHERE task_name = 'ledger.teach' ORDER BY id")
        return [(int(key), json.loads(args)) for key, args in cursor.fetchall()]


def proof(world: World) -> int:
    stand_in(None)
    try:
        with clock.at(LATER):
            return cli.run(["verify", "--programme", "cards"])
    finally:
        stand_in(world.programme)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "reversed"}, "books"),
        ({"cost": 400}, "books"),
        ({"turns": 5}, "books"),
        ({"days": 3}, "counts of the day"),
        ({"state_at": LATER}, "log"),
        ({"evidence_at": LATER}, "log"),
        ({"matures_at": LATER + timedelta(days=9)}, "facts"),
        ({"voided_for": "test"}, "facts"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_proof_holds_until_somebody_meddles(
    committed_world: World, changes: dict[str, object], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = committed_world
    one = claim(world)
    claim(world, made_at=MADE + timedelta(days=70))
    hear(world, word(world, 1), word(world, 20, "not_paying"), word(world, 21), word(world, 60))
    assert proof(world) == 0
    assert "2 claims balance" in capsys.readouterr().out
    Claim.objects.filter(pk=one.pk).update(**changes)
    assert proof(world) == 1
    assert words in capsys.readouterr().err


def test_terms_and_voiding_by_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    one = claim(world)
    stand_in(None)
    assert cli.run(["terms", "--programme", "cards", "--days", "30", "--feed", "changes"]) == 0
    assert "after 30 days" in capsys.readouterr().out
    assert cli.run(["void", str(one.public_id), "--programme", "cards", "--why", "test"]) == 0
    with pytest.raises(Invalid):
        cli.run(["void", "one", "--programme", "cards", "--why", "test"])
    with pytest.raises(Invalid):
        cli.run(["terms"])


def test_the_curve_counts_each_claim_for_as_long_as_it_was_followed(world: World) -> None:
    for number in range(6):
        customer = Customer.objects.create(programme=world.programme, key=f"K-{number}")
        claim(world, customer=customer.pk, attempt=uuid4())
        kept = word(world, 60 if number < 3 else 30, customer=customer.pk)
        hear(world, *([kept] if number else [word(world, 20, "cancelled", customer=customer.pk)]))
    start, end = date(2026, 3, 1), date(2026, 3, 31)
    curve = queries.survival(world.programme, start, end)
    assert curve.at([19, 20, 60]) == pytest.approx([1, 5 / 6, 5 / 6])
    by_rep = queries.survival(world.programme, start, end, rep=world.rep.pk)
    assert np.array_equal(curve.survival, by_rep.survival) and np.array_equal(curve.variance, by_rep.variance)
    told = {one.state: one.claims for one in queries.totals(world.programme, start, end)}
    assert told == {"matured": 2, "provisional": 3, "reversed": 1}
    assert queries.totals(world.programme, start, end) == queries.totals(world.programme, start, end, channel="")
    with pytest.raises(Invalid):
        queries.totals(world.programme, start, end, colour="red")
    assert DayCount.objects.exists()
