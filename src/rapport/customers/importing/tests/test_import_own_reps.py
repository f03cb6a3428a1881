"""A partner's customer file that names own reps: given, left alone, refused row by row."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rapport.conftest import World
from rapport.customers.book_queries import book_sizes, own_rep_of
from rapport.customers.importing import cli
from rapport.customers.models import Customer, FileChange
from rapport.events.models import Event
from rapport.routing.tests.test_handing import plan
from rapport.routing.tests.test_own_reps import PLAN

MAPPING = 'key = "no"\n[fields]\nname = "name"\nown_rep = "agent"\n'
Import = Callable[..., list[str]]


@pytest.fixture
def take(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import rows by the command; return why rows were left out."""
    plan(world, PLAN)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAPPING)

    def run(*rows: str) -> list[str]:
        (tmp_path / "customers.csv").write_text("\n".join(["no,name,agent", *rows, ""]))
        errors = tmp_path / "customers.csv.errors.tsv"
        errors.unlink(missing_ok=True)
        cli.run(["customers.csv", "--programme", "cards", "--mapping", "map.toml"])
        return errors.read_text().splitlines()[1:] if errors.exists() else []

    return run


def test_a_file_names_own_reps_and_an_empty_cell_changes_none(world: World, take: Import) -> None:
    assert take("C-1,Ada Byron,rep", "C-2,Bob Boole,") == []
    found = own_rep_of(world.customer)
    assert found and found.rep == world.rep
    assert FileChange.objects.get(customer=world.customer).after == {"own_rep": "rep"}
    count = Event.objects.filter(name__startswith="customer.").count()
    assert take("C-1,Ada Byron,rep", "C-2,Bob Boole,") == []
    assert Event.objects.filter(name__startswith="customer.").count() == count
    assert take("C-1,Ada Byron,", "C-2,Bob Boole,rep2") == []
    assert book_sizes(world.programme) == {world.rep.pk: 1, world.second_rep.pk: 1}


def test_rows_with_own_reps_who_cannot_be_are_left_out_and_told(world: World, take: Import) -> None:
    rows = [f"N-{number},Name {number},rep" for number in range(4)]
    strange = ["S-1,Sam,outsider", "S-2,Sue,' OR 1=1 --", f"S-3,Stu,{'x' * 101}", "S-4,Sid,4111111111111111"]
    told = take(*rows, *strange)
    assert book_sizes(world.programme) == {world.rep.pk: 2}
    assert Customer.objects.filter(key__startswith="N-").count() == 2
    assert not Customer.objects.filter(key__startswith="S-").exists()
    assert len(told) == 6
    assert sum("whose book holds 2 and is full" in line for line in told) == 2
    assert sum("takes no contacts here" in line for line in told) == 3
    assert not any("4111111111111111" in line for line in told)


def test_a_customer_moves_with_the_file_and_a_full_book_is_still_theirs(world: World, take: Import) -> None:
    assert take("A,Ann,rep", "B,Ben,rep") == []
    assert take("A,Ann,rep", "B,Ben,rep", "A,Ann,rep2") == []
    assert book_sizes(world.programme) == {world.rep.pk: 1, world.second_rep.pk: 1}
