"""The main story: a customer writes, a rep answers, both finish, the floor sees it. Nobody reloads."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def choose(page: Page, words: str) -> None:
    """Click one of a few choices."""
    page.locator("label.choice-item", has_text=words).click()


def write_to_us(customer: Page, text: str, email: str = "ada@example.org") -> None:
    choose(customer, "Cancel my card")
    customer.get_by_label("Your message").fill(text)
    customer.get_by_label("Your e-mail address").fill(email)
    customer.get_by_role("button", name="Send and wait").click()


def become_available(rep: Page) -> None:
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_text("Available").first).to_be_visible()


def test_a_contact_from_arrival_to_outcome(enter: Enter) -> None:
    rep = enter("/at/cards/desk/", "rep")
    supervisor = enter("/at/cards/floor/", "supervisor")
    become_available(rep)
    expect(supervisor.get_by_text("Rep", exact=True).first).to_be_visible()

    customer = enter("/p/cards/", width=390, height=844)
    write_to_us(customer, "I want to close my card, the fee is too high")
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()

    # The desk rings; nobody accepts; the contact keeps its place and the rep is not responding.
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    expect(rep).to_have_title(re.compile("Ada"))
    expect(rep.get_by_text("Not responding").first).to_be_visible(timeout=15_000)
    customer.reload()
    expect(customer.get_by_role("heading", name="You are next")).to_be_visible()

    # Available again, it rings again, and Enter accepts.
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    rep.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="You are talking with Rep")).to_be_visible()

    # Everything to know is there without a click.
    for known in ("Ada Byron", "Priority", "Gold card", "Fee refunded, was happy.", "Why you", "Hear the reason"):
        expect(rep.get_by_text(known).first).to_be_visible()

    # Both ways, with typing shown; a reload keeps what was said.
    customer.get_by_label("Write a message").press_sequentially("Are you the", delay=20)
    expect(rep.get_by_text("Ada Byron is writing")).to_be_visible()
    customer.get_by_label("Write a message").fill("Are you there?")
    customer.keyboard.press("Enter")
    expect(rep.get_by_text("Are you there?").first).to_be_visible()
    rep.get_by_label("Message to Ada Byron").fill("Yes. What made you decide?")
    rep.keyboard.press("Enter")
    expect(customer.get_by_text("Yes. What made you decide?")).to_be_visible()
    customer.reload()
    rep.reload()
    expect(customer.get_by_text("Yes. What made you decide?")).to_be_visible()
    expect(rep.get_by_text("Are you there?").first).to_be_visible()

    # The file in place, a promise, a touch point.
    rep.get_by_role("checkbox", name="Hear the reason").click()
    expect(rep.get_by_role("checkbox", name="Hear the reason")).to_be_checked()
    rep.locator("summary", has_text="Edit").click()
    rep.get_by_label("Likes, and what to mind").fill("no calls before nine")
    rep.get_by_role("button", name="Save").click()
    expect(rep.get_by_text("no calls before nine").first).to_be_visible()
    rep.locator("summary", has_text="Promise").click()
    rep.get_by_label("We promise to").fill("Call back about the limit")
    rep.get_by_role("button", name="Promise it").click()
    expect(rep.get_by_text("Call back about the limit").first).to_be_visible()

    # The end, and a wrap-up that cannot be skipped.
    rep.locator("#end-chat").click()
    rep.locator("#end-chat").click()
    expect(customer.get_by_role("heading", name="How was it with Rep?")).to_be_visible()
    rep.get_by_role("button", name="Finish").click()
    expect(rep.get_by_role("alert").filter(has_text=re.compile(".")).first).to_be_visible()
    choose(rep, "Stays with us")
    choose(rep, "Yes")
    rep.get_by_label("One line for whoever talks to them next").fill("Fee waived, stays.")
    rep.get_by_label("What of value did they get?").fill("annual fee waived")
    rep.get_by_label(re.compile("Open: Read the disclosure")).fill("she did not want to close any more")
    rep.get_by_role("button", name="Finish").click()
    expect(rep.get_by_text("Available").first).to_be_visible()

    # Two taps and a sentence.
    choose(customer, "5")
    choose(customer, "Yes")
    customer.get_by_label("Anything to add?").fill("Quick and kind.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()


def test_the_outsider_sees_none_of_it(enter: Enter) -> None:
    outsider = enter("/at/loans/desk/", "outsider")
    for path in ("/at/cards/desk/", "/at/cards/floor/", "/at/cards/reports/", "/at/cards/rally/"):
        assert outsider.request.get(path).status == 404
    for path in ("contacts", "events", "metrics"):
        assert outsider.request.get(f"/api/v1/programmes/cards/{path}").status == 404
    assert outsider.request.get("/at/cards/desk/ticket/").status == 404
    assert outsider.request.get("/at/cards/floor/ticket/").status == 404
