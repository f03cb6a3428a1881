"""What a partner's file says that is sensitive: sealed by class, name or content, and nowhere in the clear."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from rapport.accounts.models import Programme
from rapport.conftest import stand_in
from rapport.customers.importing import cli
from rapport.customers.models import AttributeClass, Customer, FileChange, Holding, SealedValue
from rapport.customers.queries import customer_by_number
from rapport.customers.sensitive import opened
from rapport.events.models import Event
from rapport.kit.errors import Invalid

HEADER = "no,name,born,score,code,note,card,limit"
MAPPING = """
key = "no"
[fields]
name = "name"
[attributes]
date_of_birth = "born"
score = { column = "score", kind = "whole", class = "sensitive" }
club = "code"
note = "note"
[[holdings]]
key = "card"
product = "=Card"
label = "card"
details = { limit = "limit" }
"""
CARD, OTHER, IBAN = "4000056655665556", "5555555555554444", "DE89370400440532013000"
ADA = f"1,Ada,1987-03-04,7120394,green,likes tea,{CARD},2000"
pytestmark = pytest.mark.django_db
Import = Callable[..., int]


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    monkeypatch.chdir(tmp_path)

    def run(*rows: str, mapping: str = MAPPING) -> int:
        (tmp_path / "map.toml").write_text(mapping)
        (tmp_path / "customers.csv").write_text("\n".join([HEADER, *rows, ""]))
        code = cli.run(["customers.csv", "--programme", "shop", "--mapping", "map.toml"])
        stand_in(Programme.objects.get(key="shop"))
        return code

    yield run
    stand_in(None)


def everything_stored() -> str:
    """Return all rows of all tables of customers and of the log, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND (table_name LIKE 'customers\\_%%' OR table_name LIKE 'events\\_%%')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")  # a name from the catalogue
            rows += [row for (row,) in cursor.fetchall()]
    assert len(rows) > 3
    return "\n".join(rows)


def values() -> dict[str, str]:
    return {one.field: opened(one) for one in SealedValue.objects.select_related("customer", "holding")}


def test_sensitive_values_are_nowhere_in_the_database(take: Import) -> None:
    assert take(ADA) == 0
    assert values() == {"date_of_birth": "1987-03-04", "score": "7120394", "number": CARD}
    ada = Customer.objects.get()
    assert ada.attributes == {"club": "green", "note": "likes tea"}
    assert Holding.objects.get().label == "•••• 5556"
    assert Holding.objects.get().details == {"limit": "2000"}
    stored = everything_stored()
    assert [one for one in (CARD, "1987-03-04", "7120394") if one in stored] == []


def test_again_it_changes_nothing_and_the_card_stays_the_same_holding(take: Import) -> None:
    take(ADA)
    before = list(SealedValue.objects.order_by("pk").values_list("sealed", flat=True)), Holding.objects.get().key
    events = Event.objects.filter(name="customer.changed").count()
    take(ADA)
    assert (
        list(SealedValue.objects.order_by("pk").values_list("sealed", flat=True)),
        Holding.objects.get().key,
    ) == before
    assert Event.objects.filter(name="customer.changed").count() == events


def test_a_change_is_told_by_hints(take: Import) -> None:
    take(ADA)
    take(ADA.replace("1987-03-04", "1988-03-04").replace("7120394", "650"))
    assert values()["date_of_birth"] == "1988-03-04"
    change = FileChange.objects.get()
    assert change.before == change.after == {"date_of_birth": "••••", "score": "••••"}
    assert Event.objects.filter(name="customer.changed").last().data["fields"] == ["date_of_birth", "score"]
    take(ADA.replace("1987-03-04", "").replace("7120394", ""))
    assert set(values()) == {"number"}


def test_a_card_number_in_any_column_makes_it_sensitive_with_what_was_there(take: Import) -> None:
    take(ADA, f"2,Bob,,,blue,,{OTHER},1")
    take(ADA.replace("green", "gold"))  # a change whose history tells the attribute
    take(f"3,Cid,,,{IBAN},,4242424242424242,1")
    assert AttributeClass.objects.get(name="club").field_class == "sensitive"
    assert [one for one in Customer.objects.order_by("key") if "club" in one.attributes] == []
    assert {opened(one) for one in SealedValue.objects.filter(field="club")} == {"gold", "blue", IBAN}
    assert FileChange.objects.get().before == {"club": "••••"}
    stored = everything_stored()
    assert [one for one in ("gold", "green", "blue", IBAN) if one in stored] == []
    shop = Programme.objects.get(key="shop")
    assert customer_by_number(shop, "DE89 3704 0044 0532 0130 00").key == "3"


def test_a_number_within_a_text_is_hidden(take: Import) -> None:
    take(ADA.replace("likes tea", f"called about {OTHER} twice"))
    assert Customer.objects.get().attributes["note"] == "called about •••• 4444 twice"


def test_rows_that_cannot_be_read_tell_nothing_sensitive(take: Import, tmp_path: Path) -> None:
    take(
        ADA,
        ADA.replace("7120394", "7x2").replace("1,Ada", "2,Ada"),
        f"{CARD},Bob,1990-01-01,1,,,{OTHER},1",
        f"4,Dora,1990-01-01,1,,,{OTHER},1,too many",
    )
    told = (tmp_path / "customers.csv.errors.tsv").read_text()
    assert told.count("\n") == 4
    assert "score is no number: ••••" in told
    assert "card or account number for a key" in told
    assert [one for one in (CARD, OTHER, "1987-03-04", "1990-01-01", "7x2") if one in told] == []


def test_what_was_declared_sensitive_cannot_become_less(take: Import) -> None:
    take(ADA)
    with pytest.raises(Invalid, match="score was declared sensitive before"):
        take(ADA, mapping=MAPPING.replace('class = "sensitive"', 'class = "ordinary"'))
    with pytest.raises(Invalid, match="class of score may be ordinary, personal, sensitive"):
        take(ADA, mapping=MAPPING.replace('class = "sensitive"', 'class = "secret"'))


def test_a_guess_gives_way_to_what_the_mapping_declares(take: Import) -> None:
    take(ADA)
    declared = 'date_of_birth = { column = "born", class = "personal" }'
    take(ADA, mapping=MAPPING.replace('date_of_birth = "born"', declared))
    assert Customer.objects.get().attributes["date_of_birth"] == "1987-03-04"
    assert "date_of_birth" not in values()


def test_what_becomes_sensitive_goes_from_the_histories_of_holdings_and_of_numbers_too(take: Import) -> None:
    mapping = MAPPING.replace('note = "note"', 'limits = { column = "score", kind = "whole" }').replace(
        'score = { column = "score", kind = "whole", class = "sensitive" }\n', ""
    )
    take(ADA, mapping=mapping)
    take(ADA.replace("7120394", "8230415").replace(",2000", ",31415"), mapping=mapping)
    declared = mapping.replace('kind = "whole"', 'kind = "whole", class = "sensitive"').replace(
        'limit = "limit"', 'limit = { column = "limit", class = "sensitive" }'
    )
    take(ADA.replace("7120394", "8230415").replace(",2000", ",31415"), mapping=declared)
    assert (values()["limits"], values()["limit"]) == ("8230415", "31415")
    stored = everything_stored()
    assert [one for one in ("7120394", "8230415", "limit 2000", "31415") if one in stored] == []
