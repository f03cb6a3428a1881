"""Do steps that partners' systems do: once whatever happens, refused, in doubt, and told to the guide."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers import resealing
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.events.queries import history_of
from rapport.guides import actions, jobs, publishing, queries
from rapport.guides.connectors import keeping
from rapport.guides.connectors.definition import ConnectorInvalid, read_connector
from rapport.guides.definition.reading import GuideInvalid
from rapport.guides.models import Connector, Transaction
from rapport.guides.publishing import install
from rapport.guides.tests.partner import BLOCK, Partner, at_work, connector
from rapport.kit import sealing
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.outbound import OutboundRefused
from rapport.routing import actions as routing


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Partner]:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as server:
        settings.INTERNAL_HOSTS = (server.host,)
        yield server


def connected(world: World, partner: Partner, more: str = "") -> Contact:
    text = connector(partner.host, more)
    keeping.save_connector(programme=world.programme, key="core", text=text, secret="s3cret", by=world.supervisor)
    install(programme=world.programme, text=BLOCK)
    made, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", customer=world.customer, reason=world.reason
    )
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    actions.answer(member=world.rep, contact=made, field="account", value="12/34")
    return made


def doing(contact: Contact) -> queries.Doing:
    guide = queries.guide_of(contact)
    assert guide is not None
    assert guide.doing is not None
    return guide.doing


def transact(world: World, contact: Contact, attempt: int = 1) -> None:
    actions.transact(member=world.rep, contact=contact, step="block", attempt=attempt)


def asked() -> Event:
    """Return the last transaction asked for."""
    return Event.objects.filter(name="guide.transaction_asked").latest("id")


def send(of: Event | None = None) -> None:
    """Do the job of a transaction asked for, the last where none is named, as the worker does."""
    of = of or asked()
    jobs.send_transaction.func(programme_id=of.programme_id, event_id=of.pk)


def result(contact: Contact) -> tuple[str, str]:
    guide = queries.guide_of(contact)
    assert guide is not None
    step = guide.view.of("block")
    assert step is not None
    assert step.result is not None
    return step.result.status, step.because


def test_what_is_seen_is_sent_and_what_is_answered_comes_back(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    seen = doing(contact)
    assert (seen.system, seen.what, seen.attempt, seen.may_begin) == ("Core banking", "Block the card", 1, True)
    assert {one.label: one.value for one in seen.sends}["Account"] == "12/34"
    transact(world, contact)
    assert doing(contact).answer == "waiting"
    assert partner.asked == []
    send()
    [seen_there] = partner.asked
    assert seen_there["path"] == "/api/cards/12%2F34/block"
    assert seen_there["body"] == {"source": "desk", "customer": "C-1", "contact": str(contact.public_id)}
    row = Transaction.objects.get()
    assert seen_there["headers"]["Idempotency-Key"] == str(row.public_id)
    assert seen_there["headers"]["Authorization"] == "Bearer s3cret"
    assert seen_there["headers"]["X-Tenant"] == "cards"
    guide = queries.guide_of(contact)
    assert guide is not None
    assert guide.view.current is not None
    assert (guide.view.current.title, guide.covered, guide.required) == ("Close: R-1", 1, 1)
    assert Customer.objects.get(pk=world.customer.pk).likes == "R-1"
    told = history_of(world.programme, contact.public_id)[-1]
    assert told.name == "guide.transaction"
    assert {k: told.data[k] for k in ("status", "connector", "answer", "tries", "http")} == {
        "status": "done", "connector": "core.block", "answer": "done", "tries": 1, "http": 200,
    }  # fmt: skip


def test_twice_pressed_or_played_again_is_once(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    transact(world, contact)
    transact(world, contact)
    send()
    send()
    with pytest.raises(Invalid, match="done already"):
        transact(world, contact, attempt=2)
    assert (len(partner.asked), Transaction.objects.count()) == (1, 1)


def test_the_job_is_queued_with_the_row(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    transact(world, contact)
    [job] = ProcrastinateJob.objects.filter(task_name="guides.send_transaction")
    assert job.args == {"programme_id": world.programme.pk, "event_id": asked().pk}


def test_a_refusal_says_why_and_may_be_tried_anew(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    partner.answers = [409]
    transact(world, contact)
    send()
    status, words = result(contact)
    assert status == "failed"
    assert "is locked" in words
    assert "1111 1111" not in words + Transaction.objects.get().said
    assert not ProcrastinateJob.objects.filter(task_name="guides.send_transaction", scheduled_at__isnull=False)
    guide = queries.guide_of(contact)
    assert guide is not None
    assert guide.view.next == "by_hand"
    with pytest.raises(Conflict, match="behind"):
        transact(world, contact, attempt=3)
    transact(world, contact, attempt=1)
    assert len(partner.asked) == 1
    transact(world, contact, attempt=2)
    send()
    assert result(contact)[0] == "done"
    assert len(partner.done) == 1


def test_a_busy_system_is_asked_again_later_by_the_same_key(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    partner.answers = [503, 429, 500, 200]
    transact(world, contact)
    for _ in range(4):
        send()
    assert result(contact)[0] == "done"
    keys = {one["headers"]["Idempotency-Key"] for one in partner.asked}
    assert (len(partner.asked), len(keys), len(partner.done)) == (4, 1, 1)
    planned = ProcrastinateJob.objects.filter(task_name="guides.send_transaction", scheduled_at__isnull=False)
    assert planned.count() == 3


def test_one_that_answers_nothing_is_said_to_be_unknown_and_asked_about(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    partner.answers = [("silent", b"")] * 5
    transact(world, contact)
    send()
    assert "not known yet" in result(contact)[1]
    with pytest.raises(Invalid, match="under way"):
        actions.report(member=world.rep, contact=contact, step="block", is_done=True)
    for _ in range(4):
        send()
    assert result(contact)[0] == "unknown"
    seen = doing(contact)
    assert (seen.attempt, seen.asks_again, seen.may_begin) == (1, True, True)
    transact(world, contact)
    send()
    assert result(contact)[0] == "done"
    assert (len(partner.asked), len(partner.done)) == (6, 1)


def test_a_system_without_keys_is_never_asked_twice_what_it_may_have_done(world: World, partner: Partner) -> None:
    contact = connected(world, partner, 'key_in = ""')
    partner.answers = [("silent", b"")]
    transact(world, contact)
    send()
    assert result(contact)[0] == "unknown"
    assert not doing(contact).may_begin
    transact(world, contact)
    send()
    assert len(partner.asked) == 1
    actions.report(member=world.rep, contact=contact, step="block", is_done=True, words="Seen in their system")
    assert result(contact) == ("done", "Seen in their system")


def test_what_was_cut_off_may_have_been_done(world: World, partner: Partner) -> None:
    """As after kill -9: the row says that it was under way, and nothing was put down."""
    contact = connected(world, partner)
    transact(world, contact)
    Transaction.objects.update(under_way=True, tries=1)
    partner.answers = [(503, b"")]
    send()
    assert Transaction.objects.get().is_uncertain
    assert "not known yet" in result(contact)[1]


def test_a_worker_killed_in_the_middle_neither_loses_nor_doubles(
    committed_world: World, settings: Any, tmp_path: Path
) -> None:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as partner:
        settings.INTERNAL_HOSTS = (partner.host,)
        contact = connected(committed_world, partner)
        transact(committed_world, contact)
        partner.may_answer.clear()
        worker = forked(partial(send, asked()))
        assert partner.is_asked.wait(10)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        assert result(contact)[0] == "waiting"
        assert Transaction.objects.get().under_way
        partner.may_answer.set()
        send()  # as the job whose worker died is queued again
        assert result(contact)[0] == "done"
        keys = {one["headers"]["Idempotency-Key"] for one in partner.asked}
        assert (len(partner.asked), len(keys), len(partner.done)) == (2, 1, 1)


def forked(work: Callable[[], None]) -> int:
    """Do the work in a process of its own, with its own connection to the database; return its id."""
    process = os.fork()
    if process:
        return process
    parents = connection.connection  # kept, so that what is the parent's is not closed here
    try:
        connection.connection = None
        work()
    finally:
        os._exit(parents is None)


def test_a_system_that_is_away_did_nothing(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    partner.shutdown()
    partner.server_close()
    transact(world, contact)
    for _ in range(5):
        send()
    status, words = result(contact)
    assert status == "failed"
    assert "Nothing was done" in words


@pytest.mark.parametrize("body", [b"<html>", b"x" * 300_000, b"[" * 100_000], ids=["html", "huge", "deep"])
def test_an_answer_that_cannot_be_read_leaves_it_unknown(world: World, partner: Partner, body: bytes) -> None:
    contact = connected(world, partner, 'key_in = ""')
    partner.answers = [(200, body)]
    transact(world, contact)
    send()
    assert result(contact)[0] == "unknown"


def test_hostile_answers_are_survived(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    partner.answers = [(200, b'{"status": "ok", "reference": {"a": [1]}, "message": 7}')]
    transact(world, contact)
    send()
    assert result(contact)[0] == "done"
    assert Transaction.objects.get().given == {}


def test_what_is_missing_is_asked_for_first(world: World, partner: Partner) -> None:
    contact = connected(world, partner)
    actions.answer(member=world.rep, contact=contact, field="account", value="")
    assert doing(contact).lacks == ["Account"]
    with pytest.raises(Invalid, match="Fill in first: Account"):
        transact(world, contact)
    actions.answer(member=world.rep, contact=contact, field="account", value="..")
    with pytest.raises(Invalid, match="account"):
        transact(world, contact)


def test_what_a_guide_needs_stays(world: World, partner: Partner) -> None:
    connected(world, partner)
    other = connector(partner.host).replace("transactions.block", "transactions.other")
    with pytest.raises(Conflict, match="Block a card"):
        keeping.save_connector(programme=world.programme, key="core", text=other)
    with pytest.raises(Conflict, match="Block a card"):
        keeping.delete_connector(programme=world.programme, key="core")


def test_a_guide_names_what_there_is(world: World, partner: Partner) -> None:
    connected(world, partner)
    for wrong, words in (
        (BLOCK.replace("core.block", "core.burn"), "There is no connector 'core.burn'; there are: core.block"),
        (BLOCK.replace("account", "number"), "sends the field 'account', which this guide does not have"),
        (BLOCK.replace('gives = ["reference"]', 'gives = ["why"]'), "There is no answer of the connector 'why'"),
    ):
        with pytest.raises(GuideInvalid, match=words) as caught:
            publishing.save_draft(programme=world.programme, text=wrong)
        assert caught.value.faults[0][0] > 1


def test_a_case_is_played_with_the_connectors_example(world: World, partner: Partner) -> None:
    connected(world, partner)
    moves = 'moves = [{ answer = "account", value = "1" }, { result = "block", value = "done" }, { go = "" }]'
    case = f'\n[[tests]]\nname = "By example"\n{moves}\nat = "close"\n'
    branch = BLOCK.replace(
        'is = ["failed"] }], to',
        'is = ["failed"] }], to = "by_hand" }, { when = [{ field = "reference", is = ["R-1"] }], to',
    )
    install(programme=world.programme, text=BLOCK + case)
    with pytest.raises(GuideInvalid, match="By example"):
        install(programme=world.programme, text=branch.replace('"R-1"', '"R-0"') + case)
    assert partner.asked == []


def test_a_secret_is_sealed_goes_nowhere_else_and_is_sealed_anew(
    world: World, partner: Partner, settings: Any
) -> None:
    connected(world, partner)
    settings.INTERNAL_HOSTS = (partner.host, partner.host.replace("127.0.0.1", "localhost"))
    kept = Connector.objects.get()
    assert "s3cret" not in f"{kept.sealed_secret}{kept.text}{list(Event.objects.values_list('data', flat=True))}"
    elsewhere = connector(partner.host.replace("127.0.0.1", "localhost"))
    with pytest.raises(Invalid, match="Give its secret anew"):
        keeping.save_connector(programme=world.programme, key="core", text=elsewhere)
    old, new = sealing.ring().current, sealing.rotate()
    assert resealing.uses()[old] == 1
    resealing.reseal_all(world.programme)
    assert (resealing.uses()[old], resealing.uses()[new]) == (0, 1)


def test_an_inner_address_is_refused(world: World) -> None:
    for host in ("127.0.0.1:1", "169.254.169.254", "[::1]"):
        with pytest.raises(OutboundRefused):
            keeping.save_connector(programme=world.programme, key="core", text=connector(host))


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        ('path = "/x"\nsends = { a = "customer.nme" }', 8, "There is no fact 'customer.nme'"),
        ('path = "/x"\ncolour = "red"', 8, "nothing called 'colour'"),
        ('path = "x"', 7, "path"),
        ('path = "/{x"', 7, "brace"),
        ('path = "/x"\nmethod = "GET"\nsends = { a = "b" }', 9, "no body"),
        ('path = "/x"\ngives = { r = "/r" }\nexample = { s = 1 }', 9, "nothing for 'r'"),
    ],
)
def test_faults_are_told_with_their_line(wrong: str, line: int, words: str) -> None:
    text = (
        f'name = "A"\nbase = "https://a.example"\n[headers]\nX-A = "1"\n[transactions.a]\nname = "Do"\n{wrong}\n'
    )
    with pytest.raises(ConnectorInvalid, match=words) as caught:
        read_connector(text)
    assert caught.value.faults[0][0] == line
