"""Importing a partner's customer file by the command."""

import gzip
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from rapport.accounts.models import Programme
from rapport.conftest import World, stand_in
from rapport.customers.importing import cli
from rapport.customers.models import ContactPoint, Customer, FileChange, Holding, Segment
from rapport.events.models import Event
from rapport.kit.errors import Invalid

HEADER = "no,name,mail,tel,tier,since,active,spent,card,ends"
MAPPING = """
key = "no"
date_format = "%d/%m/%Y"
[fields]
name = "name"
email = "mail"
phone = "tel"
segment = "tier"
customer_since = "since"
[segments]
gold = "Gold"
[head_start_seconds]
gold = 60
[attributes]
active = { column = "active", kind = "yes" }
spent = { column = "spent", kind = "whole" }
[[holdings]]
key = "=card"
product = "=Card"
label = "card"
ends_on = "ends"
details = { spent = "spent" }
"""
ADA = "1,Ada Byron,Ada@Example.org,+49 30 123456,gold,02/03/2019,yes,120,Visa,31/12/2026"
BOB = "2,Bob Hope,,,silver,,no,0,Master,"
pytestmark = pytest.mark.django_db
Import = Callable[..., int]


def happened() -> int:
    """Count what happened to contacts and customers: that a file came is another matter."""
    return Event.objects.exclude(name="feed.delivered").count()


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """Import rows (or bytes) by the command, in a working directory of the test's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAPPING)

    def run(*rows: str, content: bytes | None = None, more: tuple[str, ...] = ()) -> int:
        data = "\n".join([HEADER, *rows, ""]).encode() if content is None else content
        (tmp_path / "customers.csv").write_bytes(data)
        code = cli.run(["customers.csv", "--programme", "shop", "--mapping", "map.toml", *more])
        stand_in(Programme.objects.filter(key="shop").first())
        return code

    yield run
    stand_in(None)


def errors(tmp_path: Path) -> list[list[str]]:
    lines = (tmp_path / "customers.csv.errors.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines[1:]]


def test_rows_become_customer_files(take: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert take(ADA, BOB) == 0
    assert "2 customers made" in capsys.readouterr().out
    ada = Customer.objects.get(key="1")
    assert (ada.name, ada.customer_since, ada.attributes) == (
        "Ada Byron",
        date(2019, 3, 2),
        {"active": True, "spent": 120},
    )
    assert ada.segment is not None
    assert (ada.segment.name, ada.segment.head_start_seconds) == ("Gold", 60)
    points = ContactPoint.objects.filter(customer=ada).order_by("kind").values_list("kind", "value")
    assert list(points) == [("email", "ada@example.org"), ("phone", "+4930123456")]
    card = Holding.objects.get(customer=ada)
    assert (card.product, card.label, card.ends_on, card.details) == (
        "Card",
        "Visa",
        date(2026, 12, 31),
        {"spent": "120"},
    )
    [event] = Event.objects.filter(subject=ada.public_id)
    assert (event.name, event.actor, "name" in event.data["fields"]) == ("customer.changed", "import", True)
    assert "Ada" not in str(event.data)


def test_again_it_changes_nothing(take: Import, capsys: pytest.CaptureFixture[str]) -> None:
    take(ADA, BOB)
    before = (happened(), list(Customer.objects.order_by("pk").values()), Holding.objects.count())
    capsys.readouterr()
    assert take(ADA, BOB) == 0
    assert "0 customers made\n0 brought up to date\n2 as they were" in capsys.readouterr().out
    assert (
        happened(),
        list(Customer.objects.order_by("pk").values()),
        Holding.objects.count(),
    ) == before


def test_what_is_new_is_brought_up_to_date_and_told(take: Import, capsys: pytest.CaptureFixture[str]) -> None:
    take(ADA, BOB)
    told = ADA.replace("Byron", "Lovelace").replace("31/12/2026", "31/12/2028").replace("Ada@", "ada.l@")
    assert take(told, BOB) == 0
    assert "1 brought up to date\n1 as they were" in capsys.readouterr().out
    ada = Customer.objects.get(key="1")
    assert (ada.name, ada.version) == ("Ada Lovelace", 2)
    assert ContactPoint.objects.filter(customer=ada, kind="email").count() == 2
    event = Event.objects.filter(subject=ada.public_id).latest("id")
    assert event.data == {"fields": ["email", "holding", "name"]}
    change = FileChange.objects.get(customer=ada)
    assert (change.actor, change.before["name"]) == ("import", "Ada Byron")
    assert change.after == {
        "name": "Ada Lovelace",
        "email": "ada.l@example.org",
        "holding card": "product Card, label Visa, ends_on 2028-12-31, details spent 120",
    }


def test_what_the_file_does_not_name_is_left_alone(take: Import, tmp_path: Path) -> None:
    take(ADA)
    Customer.objects.update(likes="calls after nine")
    Customer.objects.update(attributes={"spent": 120, "active": True, "shoe": 38})
    take(ADA.replace("120", "130"))
    ada = Customer.objects.get()
    assert (ada.likes, ada.attributes) == ("calls after nine", {"spent": 130, "active": True, "shoe": 38})


def test_a_customer_twice_in_a_file_is_one_and_the_last_row_counts(take: Import) -> None:
    take(ADA, ADA.replace("Byron", "King"))
    assert Customer.objects.get().name == "Ada King"
    assert ContactPoint.objects.count() == 2


def test_bad_rows_go_to_a_file_and_the_rest_is_imported(take: Import, tmp_path: Path) -> None:
    wrong = [
        BOB.replace("2,", ",", 1),
        BOB.replace(",no,", ",perhaps,"),
        BOB.replace(",0,", ",lots,"),
        BOB.replace(",,,silver", ",not an address,,silver"),
        BOB + ",more",
        BOB.replace("Bob Hope", "B" * 201),
        ADA.replace("02/03/2019", "2019-03-02"),
        BOB.replace("Bob", "B\x00b"),
    ]
    assert take(ADA, *wrong, BOB) == 0
    assert Customer.objects.count() == 2
    told = errors(tmp_path)
    assert [line for line, *_ in told] == [str(number) for number in range(3, 11)]
    reasons = [reason for _, reason, *_ in told]
    assert reasons[0] == "has no key"
    assert reasons[4] == "has 11 fields instead of 10"
    assert reasons[5] == "name is longer than 200 characters"


def test_another_encoding_and_a_damaged_file(take: Import, tmp_path: Path) -> None:
    assert take(content="\n".join([HEADER, ADA, BOB.replace("Bob", "Jürg")]).encode("latin-1")) == 0
    assert errors(tmp_path)[0][:2] == ["3", "is not written in utf-8"]
    rows = [f"{n},N{n},,,gold,,yes,{n * 7919 % 1000},Visa," for n in range(5000)]
    whole = gzip.compress("\n".join([HEADER, *rows]).encode())
    assert take(content=whole[: len(whole) // 2]) == 0
    assert 500 < Customer.objects.count() < 5000
    assert "ends early" in errors(tmp_path)[-1][1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "holds no customers"), (HEADER.encode(), "holds no customers"), (b"a,b\n1,2\n", "the header lacks")],
)
def test_a_file_without_customers_makes_nothing_and_fails(
    take: Import, tmp_path: Path, content: bytes, reason: str
) -> None:
    assert take(content=content) == 1
    assert not Programme.objects.exists()
    assert reason in errors(tmp_path)[0][1]


def test_a_dry_run_changes_nothing(take: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert take(ADA, BOB, more=("--dry-run",)) == 0
    assert "2 customers would be made" in capsys.readouterr().out
    assert not Programme.objects.exists()


def test_another_programmes_customers_are_not_touched(world: World, take: Import) -> None:
    take("C-1,Somebody Else,,,gold,,yes,1,Visa,")
    stand_in(world.programme)
    world.customer.refresh_from_db()
    assert world.customer.name == "Ada Byron"
    assert Segment.objects.filter(programme=world.programme).count() == 1


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("key = 1", "does not say which column"),
        ("key = 'no'\n[fields]\nshoe = 'x'", "unknown fields shoe"),
        ("key = 'no'\nwhat = 1", "unknown entries what"),
        ("key = 'no'\n[[holdings]]\nkey = 'x'", "needs a key and a product"),
        ("key = 'no'\n[attributes]\na = { kind = 'shoe' }", "needs a column"),
        ("key = ", "cannot be read"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_sentence(
    take: Import, tmp_path: Path, mapping: str, words: str
) -> None:
    (tmp_path / "map.toml").write_text(mapping)
    with pytest.raises(Invalid, match=words):
        take(ADA)
