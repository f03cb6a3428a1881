"""What rings and is not taken, in browsers: declined, missed, moved, taken back, kept for one rep, a rep gone."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rapport.config.database_url import embedded
from rapport.runtime.rig import Installation

from .conftest import Enter
from .test_desk import press
from .test_handing import become_available, finish, take

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programmes of these journeys to the running installation."""
    run(installation, "stage_ringing")


def run(installation: Installation, module: str) -> None:
    """Run a module beside this one as a child of the installation."""
    subprocess.run(
        [sys.executable, "-m", "rapport.runtime.child", module],
        env={
            **installation.environment,
            "DATABASE_URL": embedded(installation.home),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
        },
        check=True,
    )


def desk(enter: Enter, key: str, who: str, *, is_shut_out: bool = False) -> Page:
    return enter(f"/at/{key}/desk/", f"{key}-{who}", is_shut_out=is_shut_out)


def write_to_us(enter: Enter, key: str, text: str, email: str) -> Page:
    """Write as a customer, who then waits."""
    customer = enter(f"/p/{key}/", width=390, height=844)
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill(text)
    customer.get_by_label("Your e-mail address").fill(email)
    customer.get_by_role("button", name="Send and wait").click()
    return customer


def ringing(rep: Page) -> Locator:
    return rep.get_by_role("button", name="Accept")


def is_not_responding(rep: Page) -> None:
    expect(rep.get_by_text("A contact rang and was not taken")).to_be_visible()
    expect(rep.locator("#presence summary")).to_contain_text("Not responding")
    expect(ringing(rep)).to_have_count(0)


def become_free(rep: Page) -> None:
    """Say that one is available while somebody waits, who then rings at once."""
    rep.get_by_role("button", name="I am available").click()


def book(rep: Page, phone: str) -> None:
    """Book a call-back for now."""
    rep.locator("#call-back summary").click()
    rep.locator("#call-back-phone").fill(phone)
    rep.locator("#call-back-when").fill(f"{datetime.now(UTC):%Y-%m-%dT%H:%M}")
    rep.locator("#call-back-note").fill("About the fee")
    rep.get_by_role("button", name="Book it").click()
    expect(rep.locator("#call-back")).to_have_count(0)


def finish_call(rep: Page) -> None:
    """Say that the call is over, and wrap it up."""
    rep.get_by_role("button", name="The call has ended").click()
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("All said")
    press(rep, "f")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()


def test_what_is_declined_keeps_its_place_and_rings_at_the_next_rep(enter: Enter) -> None:
    anna, ben = desk(enter, "declined", "anna"), desk(enter, "declined", "ben")
    sam = enter("/at/declined/floor/", "declined-sam")
    become_available(anna)
    first = write_to_us(enter, "declined", "I am first", "first@example.org")
    expect(ringing(anna)).to_be_visible()
    second = write_to_us(enter, "declined", "I am second", "second@example.org")
    expect(second.get_by_role("heading", name="You are number 2 in line")).to_be_visible()

    anna.locator("#decline summary").click()
    anna.get_by_role("button", name="I do not know this matter").click()
    is_not_responding(anna)
    rows = sam.locator(".waiting li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Anna Berg declined it")
    expect(first.get_by_role("heading", name="You are next")).to_be_visible()

    become_free(ben)
    expect(ben.get_by_text("I am first")).to_be_visible()
    take(ben)
    expect(first.get_by_role("heading", name="You are talking with Ben")).to_be_visible()
    expect(second.get_by_role("heading", name="You are next")).to_be_visible()
    expect(sam.get_by_role("region", name="Rang and was not taken")).to_contain_text("I do not know this matter")


def test_who_does_not_answer_is_asked_no_more(enter: Enter) -> None:
    anna, ben = desk(enter, "missed", "anna"), desk(enter, "missed", "ben")
    become_available(anna)
    customer = write_to_us(enter, "missed", "Hello?", "first@example.org")
    expect(ringing(anna)).to_be_visible()
    is_not_responding(anna)
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()
    become_free(ben)
    expect(ringing(ben)).to_be_visible()
    expect(ringing(anna)).to_have_count(0)


def test_a_supervisor_moves_what_waits_and_takes_back_what_rings(enter: Enter) -> None:
    ben, sam = desk(enter, "moved", "ben"), enter("/at/moved/floor/", "moved-sam")
    become_available(ben)
    customer = write_to_us(enter, "moved", "Nobody speaks German", "first@example.org")
    expect(sam.locator(".waiting li")).to_contain_text("Needs German 2 or higher")
    sam.locator(".waiting li a").click()
    expect(sam.get_by_role("heading", name="It waits in main")).to_be_visible()
    expect(ringing(ben)).to_have_count(0)

    sam.get_by_label("To which queue?").select_option("second")
    sam.locator("#why-moved").select_option("better_fit")
    sam.get_by_role("button", name="Move it").click()
    expect(ringing(ben)).to_be_visible()
    expect(sam.get_by_role("heading", name="It rings at Ben Arndt")).to_be_visible()

    sam.get_by_label("Why take it back?").select_option("trouble")
    sam.get_by_role("button", name="Take it back").click()
    expect(sam.get_by_role("heading", name="It waits in second")).to_be_visible()
    is_not_responding(ben)
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()


def test_a_call_back_and_who_is_back_ring_at_the_rep_they_had(enter: Enter, installation: Installation) -> None:
    anna, ben = desk(enter, "kept", "anna"), desk(enter, "kept", "ben")
    become_available(anna)
    write_to_us(enter, "kept", "Ring me, please", "mary@example.org")
    take(anna)
    book(anna, "030 123456")
    become_available(ben)  # idle for longer than Anna from here on, so the line's own choice
    finish(anna)
    expect(anna.get_by_role("region", name="My call-backs")).to_contain_text("Mary Somerville")

    run(installation, "stage_later")
    expect(anna.get_by_text("Anna Berg booked this call-back.")).to_be_visible()
    expect(ringing(ben)).to_have_count(0)
    take(anna)
    expect(anna.locator(".call-back")).to_contain_text("About the fee")
    finish_call(anna)
    expect(anna.get_by_role("region", name="My call-backs")).to_have_count(0)

    write_to_us(enter, "kept", "It is me again", "mary@example.org")
    expect(anna.get_by_text("Back about the same matter")).to_be_visible()
    expect(anna.get_by_text("had this customer about the same matter lately")).to_be_visible()
    expect(ringing(ben)).to_have_count(0)


def test_who_loses_clearance_or_connection_is_out_at_once(enter: Enter, installation: Installation) -> None:
    anna = desk(enter, "cleared", "anna", is_shut_out=True)
    ben, cora = desk(enter, "cleared", "ben"), desk(enter, "cleared", "cora")
    become_available(anna)
    customer = write_to_us(enter, "cleared", "I want to leave", "first@example.org")
    take(anna)
    become_available(ben)
    office = enter("/at/cleared/people/?find=anna", "cleared-ada")
    office.get_by_role("link", name="Anna Berg").click()
    office.get_by_label("Background screening").select_option("failed")
    office.get_by_role("region", name="Clearance").get_by_role("button", name="Save").click()
    expect(ben.get_by_text("I want to leave")).to_be_visible()
    expect(customer.get_by_text("We lost the connection to the person you were talking with")).to_be_visible()
    expect(anna.get_by_role("heading", name="Your clearance for this programme has lapsed")).to_be_visible()
    take(ben)
    expect(customer.get_by_role("heading", name="You are talking with Ben")).to_be_visible()

    become_available(cora)
    ben.close()
    run(installation, "stage_later")
    expect(cora.get_by_text("I want to leave")).to_be_visible()
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()
    take(cora)
    expect(customer.get_by_role("heading", name="You are talking with Cora")).to_be_visible()
