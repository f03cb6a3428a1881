"""A customer's own rep in a browser: named by a supervisor, waited for; then who stands in, then the queue."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import SIZES, check

pytestmark = pytest.mark.journey
AT = "/at/own-reps"
LONG = 20_000  # milliseconds: longer than the plan's patience, or than a contact rings


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_own_rep")


def test_own_rep_then_stand_in_then_queue(enter: Enter) -> None:
    boss = enter(f"{AT}/books/", "own-reps.boss")
    give_an_own_rep(boss)
    anna = enter(f"{AT}/desk/book/", "own-reps.anna")
    name_who_stands_in(anna)
    anna.goto(f"{AT}/desk/")
    ben, cora = enter(f"{AT}/desk/", "own-reps.ben"), enter(f"{AT}/desk/", "own-reps.cora")
    take_a_break(anna)
    available(cora)
    available(ben)
    boss.goto(f"{AT}/floor/")
    customer = enter("/p/own-reps/", width=390, height=844)
    write_to_us(customer)

    expect(boss.locator("#waiting")).to_contain_text("their own rep, Anna")
    expect(ben.get_by_text("who stands in for their own rep, Ben").first).to_be_visible(timeout=LONG)
    expect(ben.get_by_text("Own rep: Anna")).to_be_visible()
    expect(cora.get_by_role("button", name="Accept")).to_have_count(0)

    # Ben does not answer, so the rest of the time for who stands in is over, and the queue's steps count.
    expect(cora.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG)
    cora.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="You are talking with Cora")).to_be_visible()

    available(anna)
    again = enter("/p/own-reps/", width=390, height=844)
    write_to_us(again)
    expect(anna.get_by_text("wants their own rep, Anna").first).to_be_visible(timeout=LONG)
    expect(anna.get_by_text("Own rep: you")).to_be_visible()


def test_a_book_is_handed_over_and_pages_are_for_everyone(enter: Enter) -> None:
    boss = enter(f"{AT}/books/", "own-reps.boss")
    today = datetime.now(UTC).date()
    boss.get_by_label("Whose book").select_option("anna")
    boss.get_by_label("Who keeps it").select_option("cora")
    boss.get_by_label("First day").fill((today + timedelta(days=2)).isoformat())
    boss.get_by_label("Last day").fill((today + timedelta(days=1)).isoformat())
    boss.get_by_role("button", name="Hand over").click()
    expect(boss.get_by_text("Put the days in order")).to_be_visible()
    boss.get_by_label("Last day").fill((today + timedelta(days=9)).isoformat())
    boss.get_by_role("button", name="Hand over").click()
    expect(boss.get_by_text("Cora keeps Anna's book").first).to_be_visible()
    is_for_everyone(boss, "books")
    boss.get_by_role("link", name="Anna").click()
    expect(boss.get_by_role("heading", level=1)).to_have_text("Anna's book")
    is_for_everyone(boss, "a book")
    is_for_everyone(enter(f"{AT}/desk/book/", "own-reps.anna"), "my customers")


def give_an_own_rep(boss: Page) -> None:
    boss.get_by_label("Customer: key, e-mail or number").fill("mary@example.org")
    boss.get_by_label("Own rep", exact=True).select_option("anna")
    boss.get_by_label("Why", exact=True).select_option("asked")
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("Mary Somerville is Anna's customer now.").first).to_be_visible()


def name_who_stands_in(anna: Page) -> None:
    expect(anna.get_by_role("row", name="Mary Somerville")).to_be_visible()
    anna.get_by_label("First optional").select_option("ben")
    anna.get_by_role("button", name="Save").click()
    expect(anna.get_by_text("Saved who stands in.").first).to_be_visible()


def available(rep: Page) -> None:
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()


def take_a_break(rep: Page) -> None:
    rep.keyboard.press("s")
    rep.keyboard.press("2")
    expect(rep.get_by_text("You are away: break").first).to_be_visible()


def write_to_us(customer: Page) -> None:
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("I want to leave")
    customer.get_by_label("Your e-mail address").fill("mary@example.org")
    customer.get_by_role("button", name="Send and wait").click()


def is_for_everyone(page: Page, what: str) -> None:
    """Fail where axe-core finds something serious or a page scrolls sideways: both widths, light and dark."""
    shots = os.environ.get("OWN_REP_SHOTS")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            check(page, f"{what} at {width} px, {scheme}")
            if shots:
                page.screenshot(path=f"{shots}/{what.replace(' ', '-')}-{width}-{scheme}.png", full_page=True)
