"""The main story: a customer writes, a rep answers, both finish, the floor and the Rally Notes show it.

Everyone has a browser of their own, and nobody reloads but to see that a reload loses nothing.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Enter

pytestmark = pytest.mark.journey


def test_a_contact_from_arrival_to_outcome(enter: Enter) -> None:
    rep = enter("/at/cards/desk/", "rep")
    floor = enter("/at/cards/floor/", "supervisor")
    customer = enter("/p/cards/", width=390, height=844)
    become_available(rep, floor)
    wait_in_line(customer, floor)
    miss_the_first_ring(rep, customer)
    answer_the_second(rep, customer, floor)
    talk(rep, customer)
    bring_the_file_up_to_date(rep)
    end_and_wrap_up(rep, customer)
    rate(customer)
    expect(figure(floor, "contacts_answered")).to_have_text("1")
    expect(tile(floor)).to_contain_text("Available")
    publish_rally_notes(floor)
    read_rally_notes_before_the_next_contact(rep)


def become_available(rep: Page, floor: Page) -> None:
    rep.get_by_role("button", name="I am available").click()
    expect(tile(floor)).to_contain_text("Available")
    expect(figure(floor, "waiting")).to_have_text("0")


def wait_in_line(customer: Page, floor: Page) -> None:
    choose(customer, "Cancel my card")
    customer.get_by_label("Your message").fill("I want to close my card, the fee is too high")
    customer.get_by_label("Your e-mail address").fill("ada@example.org")
    customer.get_by_role("button", name="Send and wait").click()
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()
    expect(figure(floor, "waiting")).to_have_text("1")
    expect(floor.locator("#waiting")).to_contain_text("Ada Byron")


def miss_the_first_ring(rep: Page, customer: Page) -> None:
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    expect(rep).to_have_title(re.compile("Ada"))
    expect(rep.get_by_text("Not responding").first).to_be_visible(timeout=15_000)
    customer.reload()
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()


def answer_the_second(rep: Page, customer: Page, floor: Page) -> None:
    """Available again, it rings again, Enter accepts; everything to know is there without a click."""
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    rep.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="You are talking with Rep")).to_be_visible()
    for known in ("Ada Byron", "Priority", "Gold card", "Fee refunded, was happy.", "Why you", "Hear the reason"):
        expect(rep.get_by_text(known).first).to_be_visible()
    expect(tile(floor)).to_contain_text("On a contact")
    expect(figure(floor, "waiting")).to_have_text("0")


def talk(rep: Page, customer: Page) -> None:
    """Both ways, with typing shown; a reload on either side keeps what was said."""
    composer = customer.get_by_label("Write a message")
    composer.press_sequentially("Are you the", delay=20)
    expect(rep.get_by_text("Ada Byron is writing")).to_be_visible()
    composer.fill("Are you there?")
    customer.keyboard.press("Enter")
    expect(rep.get_by_text("Are you there?").first).to_be_visible()
    rep.get_by_label("Message to Ada Byron").fill("Yes. What made you decide?")
    rep.keyboard.press("Enter")
    expect(customer.get_by_text("Yes. What made you decide?")).to_be_visible()
    customer.reload()
    rep.reload()
    expect(customer.get_by_text("Yes. What made you decide?")).to_be_visible()
    expect(rep.get_by_text("Are you there?").first).to_be_visible()


def bring_the_file_up_to_date(rep: Page) -> None:
    rep.get_by_label("Comment on the last contact").fill("glad the refund arrived")
    rep.get_by_role("button", name="Holds").click()
    expect(rep.get_by_text("still holds")).to_be_visible()
    expect(rep.get_by_role("checkbox", name="Hear the reason")).to_be_checked()  # the rep's own words ticked it
    rep.locator("summary", has_text="Edit").click()
    rep.get_by_label("Likes, and what to mind").fill("no calls before nine")
    rep.get_by_role("button", name="Save").click()
    expect(rep.get_by_text("no calls before nine").first).to_be_visible()
    rep.locator("summary", has_text="Promise").click()
    rep.get_by_label("We promise to").fill("Call back about the limit")
    rep.get_by_role("button", name="Promise it").click()
    expect(rep.get_by_text("Call back about the limit").first).to_be_visible()


def end_and_wrap_up(rep: Page, customer: Page) -> None:
    """A wrap-up cannot be skipped, and a required touch point left open needs a reason."""
    rep.locator("#end-chat").click()
    expect(customer.get_by_role("heading", name="How was it with Rep?")).to_be_visible()
    rep.get_by_role("button", name="Finish").click()
    expect(rep.get_by_role("alert")).to_contain_text("Choose how the contact went.")
    choose(rep, "Stays with us")
    choose(rep, "Yes")
    rep.get_by_label("One line for whoever talks to them next").fill("Fee waived, stays.")
    rep.get_by_label("What of value did they get?").fill("annual fee waived")
    rep.get_by_label(re.compile("Open: Read the disclosure")).fill("she did not want to close any more")
    rep.get_by_role("button", name="Finish").click()
    expect(rep.get_by_text("Available").first).to_be_visible()


def rate(customer: Page) -> None:
    """Two taps and a sentence."""
    choose(customer, "5")
    choose(customer, "Yes")
    customer.get_by_label("Anything to add?").fill("Quick and kind.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()


def publish_rally_notes(supervisor: Page) -> None:
    supervisor.goto("/at/cards/rally/")
    supervisor.get_by_role("button", name="Draft today's").click()
    expect(supervisor.get_by_text("Quick and kind.").first).to_be_visible()
    supervisor.get_by_label("One tip for today").fill("Ask what the fee is for before you waive it.")
    supervisor.get_by_role("button", name="Publish to everyone").click()
    expect(supervisor.get_by_text("have read it")).to_be_visible()


def read_rally_notes_before_the_next_contact(rep: Page) -> None:
    rep.get_by_text("Available").first.click()
    rep.get_by_role("button", name="Break").click()
    expect(rep.get_by_text("Break").first).to_be_visible()
    rep.goto("/at/cards/desk/")
    expect(rep.get_by_role("button", name="I am available")).not_to_be_visible()
    rep.get_by_role("link", name=re.compile("Rally Notes")).first.click()
    expect(rep.get_by_text("Ask what the fee is for before you waive it.")).to_be_visible()
    rep.keyboard.press("r")
    expect(rep.get_by_text("Read", exact=True)).to_be_visible()
    rep.goto("/at/cards/desk/")
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_text("Available").first).to_be_visible()


def test_the_outsider_sees_none_of_it(enter: Enter) -> None:
    outsider = enter("/at/loans/desk/", "outsider")
    for path in ("/at/cards/desk/", "/at/cards/floor/", "/at/cards/reports/", "/at/cards/rally/"):
        assert outsider.request.get(path).status == 404
    for path in ("contacts", "events", "metrics"):
        assert outsider.request.get(f"/api/v1/programmes/cards/{path}").status == 404
    assert outsider.request.get("/at/cards/desk/ticket/").status == 404
    assert outsider.request.get("/at/cards/floor/ticket/").status == 404


def choose(page: Page, words: str) -> None:
    """Click one of a few choices."""
    page.locator("label.choice-item", has_text=words).click()


def figure(floor: Page, key: str) -> Locator:
    """Return the value of one of the wall's figures."""
    return floor.locator(f'[data-figure="{key}"] .figure-value')


def tile(floor: Page) -> Locator:
    """Return the rep's tile on the wall."""
    return floor.locator(".rep-tile", has=floor.get_by_text("Rep", exact=True))
