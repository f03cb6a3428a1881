"""Personal data by command: one customer, one thing at a time."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from rapport.audit.queries import Wanted, looks
from rapport.conftest import World
from rapport.customers.models import ContactPoint, Customer
from rapport.events.models import Event
from rapport.kit.errors import Conflict, DomainError, Invalid, NotFound
from rapport.privacy.cli import run
from rapport.privacy.tests.stage import known, left, manager

Told = pytest.CaptureFixture[str]


def do(what: str, *more: str, customer: str = "C-1") -> None:
    assert run([what, customer, "--programme", "cards", *more]) == 0


def standing(world: World) -> str:
    return str(Customer.objects.get(pk=world.customer.pk).standing)


def test_from_the_copy_to_the_erasure(world: World, tmp_path: Path, capsys: Told) -> None:
    known(world)
    do("show", customer="ada@example.org")
    assert "C-1 is active." in capsys.readouterr().out
    copy = tmp_path / "copy.zip"
    do("copy", "--file", str(copy))
    assert "index.html" in zipfile.ZipFile(io.BytesIO(copy.read_bytes())).namelist()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with pytest.raises(Invalid, match="File exists"):
        do("copy", "--file", str(copy))
    do("restrict")
    assert standing(world) == "restricted"
    do("release")
    do("hold", "--why", "court")
    with pytest.raises(Conflict, match="legal hold"):
        do("erase", "--confirm", "C-1")
    do("lift")
    with pytest.raises(Invalid, match="Type the customer's key"):
        do("erase")
    do("erase", "--confirm", "C-1")
    assert (standing(world), left()) == ("erased", [])
    assert Event.objects.get(name="customer.erased").actor == "command"


def test_a_copy_and_a_look_are_on_record(world: World, tmp_path: Path) -> None:
    do("show")
    do("copy", "--file", str(tmp_path / "copy.zip"))
    seen = [(one.what, one.actor) for one in looks(manager(world), Wanted(), limit=20)]
    assert {("search", "command"), ("customer", "command"), ("export", "command")} <= set(seen)


@pytest.mark.parametrize(
    ("told", "error", "words"),
    [
        (["show", "nobody"], NotFound, "Nobody on file"),
        (["show", "twice@example.org"], Invalid, "2 customers .* C-1, C-2"),
        (["copy", "C-1"], Invalid, "--file"),
        (["copy", "C-1", "--file", "x.zip", "--with-sensitive"], Invalid, "Say why"),
        (["copy", "C-1", "--file", "no/such/folder/x.zip"], Invalid, "No such file"),
        (["hold", "C-1"], Invalid, "for whom or what"),
    ],
)
def test_what_cannot_be_done_is_said(world: World, told: list[str], error: type[DomainError], words: str) -> None:
    other = Customer.objects.create(programme=world.programme, key="C-2")
    for customer in (world.customer, other):
        ContactPoint.objects.create(
            programme=world.programme, customer=customer, kind="email", value="twice@example.org"
        )
    with pytest.raises(error, match=words):
        run([*told, "--programme", "cards"])
