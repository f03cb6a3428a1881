"""A guide alone, in browsers: half way on a telephone, then with a person who sees it all and goes on."""

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import OF_LOOKS, check
from .test_desk import press

pytestmark = pytest.mark.journey
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of these journeys to the running installation."""
    set_stage(installation, "stage_alone")


def is_for_everyone(page: Page, what: str) -> None:
    """Fail where axe-core finds something serious or the page scrolls sideways, light or dark."""
    page.emulate_media(color_scheme="light")
    check(page, f"{what}, light")
    page.emulate_media(color_scheme="dark")
    check(page, f"{what}, dark", *OF_LOOKS)


def test_half_way_alone_then_with_a_person(enter: Enter) -> None:
    rep = enter("/at/alone/desk/", "alma")
    press(rep, "Enter")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    customer = enter("/p/alone/", **PHONE)
    offer = customer.get_by_role("button", name="Do it myself: Close my card")
    expect(offer).to_be_hidden()
    customer.locator("label.choice-item", has_text="Close my card").click()
    is_for_everyone(customer, "the choice")
    offer.click()

    # A wrong answer stays, with what is wanted beside it; a reload and another tab find the same step.
    expect(customer.get_by_text("Why would you like to close your card?")).to_be_visible()
    customer.get_by_label("In your words").fill("Too dear for me")
    customer.get_by_role("button", name="Continue").press("Enter")
    expect(customer.get_by_text("This is needed to go on.")).to_be_visible()
    expect(customer.get_by_label("In your words")).to_have_value("Too dear for me")
    is_for_everyone(customer, "a step with a fault")
    other = customer.context.new_page()
    other.goto("/p/alone/")
    customer.locator("label.choice-item", has_text="the fee").click()
    customer.get_by_role("button", name="Continue").click()
    expect(customer.get_by_text("Closing it costs nothing.")).to_be_visible()
    other.locator("label.choice-item", has_text="moving").click()
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_text("You were further than that page already")).to_be_visible()
    expect(other.get_by_text("Closing it costs nothing.")).to_be_visible()
    other.close()
    customer.reload()
    customer.get_by_text("What was said so far").click()
    is_for_everyone(customer, "a step")
    customer.get_by_role("button", name="Back").click()
    expect(customer.get_by_role("radio", name="the fee")).to_be_checked()
    customer.get_by_role("button", name="Continue").click()

    customer.get_by_role("button", name="Talk to a person").click()
    customer.get_by_label("Your e-mail address").fill("paul@example.org")
    is_for_everyone(customer, "asking for a person")
    customer.get_by_role("button", name="Send and wait").click()
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(rep.locator("#messages")).to_contain_text("Too dear for me")
    expect(rep.locator("#step-hear")).to_contain_text("by the customer")
    expect(rep.locator("#guide-now h3")).to_have_text("Terms")
    press(rep, "t")
    expect(rep.locator("#guide-now h3")).to_have_text("The day")
    expect(customer.get_by_role("heading", name="You are talking with Alma")).to_be_visible()
    is_for_everyone(customer, "the chat after it")


def test_to_the_end_alone(enter: Enter) -> None:
    customer = enter("/p/alone/", **PHONE)
    customer.locator("label.choice-item", has_text="Close my card").click()
    customer.get_by_role("button", name="Do it myself").click()
    customer.locator("label.choice-item", has_text="moving").click()
    customer.get_by_role("button", name="Continue").click()
    customer.get_by_role("button", name="Continue").click()
    customer.get_by_label("Which day?").fill("2027-01-31")
    customer.get_by_role("button", name="Continue").click()
    expect(customer.get_by_text("You get a letter within a week.")).to_be_visible()
    customer.get_by_role("button", name="Finish").click()
    expect(customer.get_by_role("heading", name="That is all")).to_be_visible()
    is_for_everyone(customer, "the end")
