"""The card issuer's customers, imported by the example mapping and compared with the raw file."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from rapport.accounts.queries import programme_by_key
from rapport.conftest import stand_in
from rapport.customers.importing import cli
from rapport.customers.models import Customer, Holding
from rapport.events.models import Event

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared/data/bank_churners/customers.csv.gz"
IMPORT = [str(FILE), "--programme", "issuer", "--mapping", str(ROOT / "examples/bank_churners.toml")]
pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason=f"the real customers are not here ({FILE})"),
    pytest.mark.django_db,
]


def happened() -> int:
    """Count what happened to contacts and customers: that a file came is another matter."""
    return Event.objects.exclude(name="feed.delivered").count()


def test_every_customer_comes_with_what_the_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(IMPORT) == 0
    stand_in(programme_by_key("issuer"))
    assert "7,082 customers made" in capsys.readouterr().out
    with gzip.open(FILE, "rt") as file:
        raw = {row["CLIENTNUM"]: row for row in csv.DictReader(file)}
    assert len(raw) == Customer.objects.count() == Holding.objects.count() == 7_082
    for customer in Customer.objects.select_related("segment"):
        row = raw[customer.key]
        assert customer.segment is not None
        assert customer.segment.key == row["Card_Category"]
        assert customer.attributes["left"] is (row["Attrition_Flag"] == "Attrited Customer")
        assert customer.attributes["age"] == int(row["Customer_Age"])
        assert customer.attributes["utilisation"] == float(row["Avg_Utilization_Ratio"])
    left = Counter(row["Attrition_Flag"] for row in raw.values())
    assert Customer.objects.filter(attributes__left=True).count() == left["Attrited Customer"]
    card = Holding.objects.get(customer__key="818770008")
    assert card.details == {"limit": "8256", "owed": "864", "left_to_spend": "7392"}
    events = happened()
    assert cli.run(IMPORT) == 0
    assert "0 customers made\n0 brought up to date\n7,082 as they were" in capsys.readouterr().out
    assert happened() == events
