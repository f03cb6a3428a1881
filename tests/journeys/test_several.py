"""Several chats at one desk: what rings beside, what is written for whom, one wrapped up meanwhile."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_desk import is_for_everyone, press

pytestmark = pytest.mark.journey
DESK = "/at/several/desk/"


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of these journeys to the running installation."""
    set_stage(installation, "stage_several")


def customer(enter: Enter, name: str, text: str) -> Page:
    page = enter("/p/several/", width=390, height=844)
    page.locator("label.choice-item", has_text="Cancel my card").click()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your e-mail address").fill(f"{name}@example.org")
    page.get_by_role("button", name="Send and wait").click()
    return page


def hand(rep: Page, name: str) -> Locator:
    """Return the place of a contact in the strip."""
    return rep.get_by_role("navigation", name="In your hands").get_by_role("link", name=re.compile(name))


def one_is_wrapped_up_while_the_other_goes_on(rep: Page, bob: Page) -> None:
    """Wrap up Ann's chat between two messages to Bob; only then Cleo rings."""
    box = rep.locator("#composer")
    rep.keyboard.press("Alt+1")
    expect(rep.get_by_text("Are you there?")).to_be_visible()
    press(rep, "w", "w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("Ann stays")
    rep.keyboard.press("Alt+2")
    expect(box).to_have_value("For Bob")
    rep.keyboard.press("Enter")
    expect(bob.get_by_text("For Bob")).to_be_visible()
    expect(rep.get_by_role("region", name="Ringing")).to_have_count(0)
    rep.keyboard.press("Alt+1")
    expect(rep.get_by_label("One line for whoever talks to them next")).to_have_value("Ann stays")
    expect(rep.get_by_role("radio", name="Stays with us")).to_be_checked()
    is_for_everyone(rep, "a wrap-up beside a chat")
    rep.wait_for_timeout(800)  # keys rest until who typed in a field that is gone pauses
    press(rep, "f")
    expect(rep.get_by_role("region", name="Ringing")).to_contain_text("cleo@example.org")
    expect(rep.get_by_role("log", name="Messages")).to_contain_text("Bob is here")


def test_two_chats_at_once_and_the_third_when_one_is_wrapped_up(enter: Enter) -> None:
    rep = enter(DESK, "juggler")
    press(rep, "Enter")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    ann = customer(enter, "ann", "Ann is here")
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    box = rep.locator("#composer")
    expect(box).to_be_focused()

    # The second rings while the rep writes to the first: nothing is taken off, no key is taken for another.
    rep.keyboard.type("Half a thought")
    bob = customer(enter, "bob", "Bob is here")
    expect(rep.get_by_role("region", name="Ringing")).to_contain_text("bob@example.org")
    expect(box).to_be_focused()
    rep.keyboard.type(" done")
    expect(box).to_have_value("Half a thought done")
    expect(rep.get_by_text("Ann is here")).to_be_visible()
    is_for_everyone(rep, "a chat with one that rings beside it")
    box.focus()
    rep.keyboard.press("Alt+Enter")
    expect(rep.get_by_role("log", name="Messages")).to_contain_text("Bob is here")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(rep.get_by_text("2 of 2 chats")).to_be_visible()

    # A third customer waits: the plan allows two.
    customer(enter, "cleo", "Cleo is here")
    expect(rep.locator("#line")).to_contain_text("queue 1", timeout=15_000)

    # What is written for one stays with that one, through switching and a reload.
    rep.keyboard.type("For Bob")
    rep.keyboard.press("Alt+1")
    expect(rep.get_by_role("log", name="Messages")).to_contain_text("Ann is here")
    expect(box).to_have_value("Half a thought done")
    expect(box).to_be_focused()
    rep.keyboard.press("Enter")
    expect(ann.get_by_text("Half a thought done")).to_be_visible()
    hand(rep, "bob").click()
    expect(box).to_have_value("For Bob")
    rep.reload()
    expect(box).to_have_value("For Bob")
    expect(hand(rep, "bob")).to_have_attribute("aria-current", "true")
    is_for_everyone(rep, "two chats")

    # News of the other is counted and said.
    expect(hand(rep, "ann")).to_contain_text("answered")
    ann.get_by_label("Write a message").fill("Are you there?")
    ann.keyboard.press("Enter")
    expect(hand(rep, "ann")).to_contain_text("1 to answer")
    expect(rep.locator("#announcer")).to_contain_text("New from ann@example.org: Alt+1 shows it")

    one_is_wrapped_up_while_the_other_goes_on(rep, bob)
