"""Contacts that more than one of us has to do with, in browsers: handed on, asked first, sat in on."""

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_desk import press

pytestmark = pytest.mark.journey
DESK = "/at/handing/desk/"


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of these journeys to the running installation."""
    set_stage(installation, "stage_handing")


def write_to_us(enter: Enter, text: str, email: str = "stranger@example.org") -> Page:
    """Write as a customer, who then waits."""
    customer = enter("/p/handing/", width=390, height=844)
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill(text)
    customer.get_by_label("Your e-mail address").fill(email)
    customer.get_by_role("button", name="Send and wait").click()
    return customer


def take(rep: Page) -> None:
    """Accept what rings."""
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(rep.get_by_role("button", name="Accept")).to_have_count(0)


def hand_on(rep: Page, to: str, note: str = "") -> None:
    """Hand the chat on as chosen."""
    form = rep.locator("#hand-on-to")
    press(rep, "x")
    try:
        expect(form).to_be_visible(timeout=3_000)
    except AssertionError:  # what came from elsewhere just then has drawn the part anew, and closed it
        press(rep, "x")
    form.select_option(to)
    rep.locator("#hand-on-note").fill(note)
    rep.locator("#hand-on form").get_by_role("button", name="Hand on").click()


def become_available(rep: Page) -> None:
    """Say so, with nobody waiting."""
    press(rep, "Enter")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()


def finish(rep: Page) -> None:
    """End the conversation and wrap it up."""
    press(rep, "w", "w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("All said")
    press(rep, "f")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()


def go_offline(*reps: Page) -> None:
    for rep in reps:
        rep.wait_for_timeout(800)  # keys rest until who typed in a field that is gone pauses
        press(rep, "s", "7")
        expect(rep.get_by_text("You are off the floor")).to_be_visible()


def test_a_chat_goes_from_hand_to_hand(enter: Enter) -> None:
    anna, ben = enter(DESK, "anna"), enter(DESK, "ben")
    become_available(anna)
    customer = write_to_us(enter, "I want to leave")
    take(anna)
    become_available(ben)

    # To a queue: it rings at the next rep who is free, with the note, and the customer is told.
    hand_on(anna, "queue:second", "Wants the fee back")
    expect(anna.get_by_text("Ready for the next contact")).to_be_visible()
    expect(ben.get_by_text("Wants the fee back")).to_be_visible()
    take(ben)
    expect(ben.get_by_text("I want to leave").first).to_be_visible()
    expect(ben.get_by_text("Handed on by Anna Berg")).to_be_visible()

    # Asked first and declined: it stays, and who asked is told.
    hand_on(ben, "ask:anna", "Can you?")
    expect(ben.get_by_text("Waiting for Anna Berg to take over")).to_be_visible()
    expect(anna.get_by_text("Ben Arndt asks you to take over")).to_be_visible()
    press(anna, "d", "1")
    expect(ben.get_by_text("Anna Berg did not take over")).to_be_visible()

    # Asked again and taken back, then accepted.
    become_available(anna)
    hand_on(ben, "ask:anna")
    expect(anna.get_by_role("button", name="Accept")).to_be_visible()
    ben.locator("#stop-asking").click()
    expect(ben.locator("#stop-asking")).to_have_count(0)
    expect(anna.get_by_role("button", name="Accept")).to_have_count(0)
    expect(anna.get_by_text("Ready for the next contact")).to_be_visible()
    hand_on(ben, "ask:anna")
    take(anna)
    expect(ben.get_by_text("Ready for the next contact")).to_be_visible()
    expect(customer.get_by_text("Anna has taken over from Ben")).to_be_visible()

    # To a person: it rings at them first.
    hand_on(anna, "person:ben")
    take(ben)
    finish(ben)
    go_offline(anna, ben)


def test_a_supervisor_sits_in_whispers_and_joins(enter: Enter) -> None:
    anna, sam = enter(DESK, "anna"), enter("/at/handing/floor/", "sam")
    become_available(anna)
    customer = write_to_us(enter, "I want to leave at once", "leaver@example.org")
    take(anna)
    sam.get_by_role("link", name="leaver@example.org").or_(sam.locator(".rep-contact a")).first.click()
    expect(sam.get_by_text("I want to leave at once")).to_be_visible()

    press(sam, "s")
    expect(sam.get_by_role("heading", name="You are sitting in")).to_be_visible()
    expect(anna.get_by_text("Sam Lang is sitting in")).to_be_visible()
    sam.get_by_label("Whisper to Anna Berg").fill("Thank her for six years")
    sam.keyboard.press("Enter")
    expect(anna.get_by_text("Thank her for six years")).to_be_visible()
    expect(sam.get_by_role("log", name="Whispers")).to_contain_text("Thank her for six years")
    expect(sam.get_by_label("Whisper to Anna Berg")).to_have_value("")

    press(sam, "Escape", "j", "j")
    expect(customer.get_by_text("Sam has joined the conversation.")).to_be_visible()
    sam.get_by_label("Write to").fill("I can take the fee back")
    sam.keyboard.press("Enter")
    for page in (customer, anna, sam):
        expect(page.get_by_text("I can take the fee back")).to_be_visible()
    expect(customer.get_by_text("Thank her for six years")).to_have_count(0)

    sam.get_by_role("button", name="Leave").click()
    expect(customer.get_by_text("Sam has left the conversation.")).to_be_visible()
    expect(anna.get_by_text("Sam Lang has joined")).to_have_count(0)
    finish(anna)
    go_offline(anna)
