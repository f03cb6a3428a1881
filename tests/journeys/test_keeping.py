"""A customer is kept, one kept before is proved: desk, partner's feed, wall, own page and statement agree."""

import csv
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rapport.kit import clock
from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import check
from .test_desk import press

pytestmark = pytest.mark.journey
BASE = "/at/keeping/"


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_keeping")


def figure(page: Page, key: str) -> str:
    return page.locator(f'[data-figure="{key}"] .figure-value').first.inner_text().strip()


def books(page: Page) -> dict[str, int]:
    """Return the lines of this month's books by the partner's own download."""
    month = f"{clock.now():%Y-%m}"
    told = page.request.get(f"{BASE}reports/statements/{month}.csv").text()
    rows = csv.reader(StringIO(told))
    return {row[2]: int(row[4]) for row in rows if row[0] == "books" and row[3] == "claims" and not row[1]}


def test_one_is_kept_by_words_and_an_offer_and_one_kept_before_is_proved(
    enter: Enter, installation: Installation, tmp_path: Path
) -> None:
    rep = enter(f"{BASE}desk/", "noor")
    press(rep, "Enter")
    customer = enter("/p/keeping/", width=390, height=844)
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("I want to cancel my card, the fee is too high")
    customer.get_by_label("Your e-mail address").fill("ada@example.org")
    customer.get_by_role("button", name="Send and wait").click()
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(customer).to_have_title("Chat · Keeping")

    # The reason, the answer to the objection, the offer within authority; the customer accepts and stays.
    panel = rep.locator("#leaving")
    panel.get_by_label("What they want to leave").select_option("H-K-1")
    panel.get_by_label("Why?").select_option("fee")
    writing = rep.get_by_label("Message to Ada Byron")
    press(rep, "/")
    rep.locator(".library-hits li", has_text="What it is worth").get_by_role("button").click()
    expect(writing).to_have_value("You save more with its cash back than the fee takes.")
    writing.press("Enter")
    expect(customer.get_by_text("You save more with its cash back")).to_be_visible()
    offer = rep.locator("[data-slot=save]", has_text="Half the fee for a year").first
    offer.get_by_role("button", name="I offered it").click()
    expect(panel).to_contain_text("No more offers")
    check(rep, "an offer on the table")
    offer.get_by_role("button", name="They accept").click()
    expect(offer).to_contain_text("accepted")
    panel.get_by_label("They stay: why").fill("Half the fee for a year")
    panel.get_by_role("button", name="Stays").click()
    expect(panel.get_by_role("heading", name="Stays")).to_be_visible()

    # It is claimed today, and judged by nobody; the wall says so to everybody.
    manager = enter(f"{BASE}floor/?wall=1", "iris")
    expect(manager.locator('[data-figure="saves_claimed"] .figure-value')).to_have_text("1")
    own = enter(f"{BASE}desk/saves/", "noor")
    assert (figure(own, "saves_claimed"), figure(own, "verified")) == ("2", "0")
    expect(own.locator("main")).to_contain_text("What it is worth, version 1")

    # The partner's feed arrives: who was kept before is still there, and what the rep claimed has matured.
    feed = tmp_path / "accounts.csv"
    feed.write_text(f"customer,holding,as_of,status\nK-2,H-K-2,{clock.now().isoformat()},active\n")
    subprocess.run(
        [sys.executable, "-m", "rapport.runtime.cli", "import", "accounts", str(feed), "--programme", "keeping"],
        env=installation.environment,
        check=True,
        cwd=tmp_path,
    )
    own.reload()
    assert (figure(own, "saves_claimed"), figure(own, "verified")) == ("2", "1")
    manager.reload()
    expect(manager.locator('[data-figure="saves_claimed"] .figure-value')).to_have_text("1")
    told = books(manager)
    assert (told["made"], told["matured"]) == (1, 1)
