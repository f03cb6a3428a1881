"""A wish to leave, in browsers: one is worked and stays, one cancels in one step while the rules stop offers."""

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
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_leaving")


def is_for_everyone(page: Page, what: str) -> None:
    page.emulate_media(color_scheme="light")
    check(page, f"{what}, light")
    page.emulate_media(color_scheme="dark")
    check(page, f"{what}, dark", *OF_LOOKS)


def write(customer: Page, email: str) -> None:
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("I want to close my card")
    customer.get_by_label("Your e-mail address").fill(email)
    customer.get_by_role("button", name="Send and wait").click()


def test_one_stays_and_one_cancels_in_one_step(enter: Enter) -> None:
    rep = enter("/at/leaving/desk/", "lena")
    press(rep, "Enter")
    first = enter("/p/leaving/", **PHONE)
    write(first, "ada@example.org")
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")

    # The rep works the reason, says what must be said, makes the one offer that is fair, and they stay.
    panel = rep.locator("#leaving")
    expect(panel).to_contain_text("Wants to leave")
    expect(panel).to_contain_text("1 offer left")
    expect(panel.get_by_role("button", name="Cancel now")).to_be_visible()
    check(rep, "the wish to leave on the desk")
    panel.get_by_label("What they want to leave").select_option("H-L-1")
    panel.get_by_label("Why?").select_option("fee")
    expect(panel.get_by_label("Why?")).to_have_value("fee")
    rep.get_by_role("button", name="I offered something else").click()
    expect(panel).to_contain_text("No more offers")
    expect(panel.get_by_role("button", name="Cancel now")).to_be_visible()
    panel.get_by_label("They stay: why").fill("The fee is waived for a year")
    panel.get_by_role("button", name="Stays").click()
    expect(panel.get_by_role("heading", name="Stays")).to_be_visible()

    # Another cancels from the page of her chat: who she is, one button, a certificate; the rep sees it at once.
    press(rep, "t")
    expect(rep.locator(".guide-sum")).to_contain_text("1 of 1")
    press(rep, "w", "w")
    rep.get_by_label("One line for whoever").fill("Stays for the waived fee")
    press(rep, "1", "y", "f")
    second = enter("/p/leaving/", **PHONE)
    write(second, "grace@example.org")
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(panel).to_contain_text("Wants to leave")
    panel.get_by_role("button", name="They ask again to cancel").click()
    expect(panel).to_contain_text("No more offers")
    second.get_by_role("link", name="Cancel a contract now").click()
    expect(second.get_by_label("Your e-mail address")).to_have_value("grace@example.org")
    second.get_by_label("Your customer or contract number").fill("L-2")
    is_for_everyone(second, "who wants to cancel")
    second.get_by_role("button", name="Go on to cancel").click()
    expect(second.get_by_text("Platinum card")).to_be_visible()
    is_for_everyone(second, "cancelling")
    second.get_by_role("button", name="Cancel now").click()
    expect(second.get_by_role("heading", name="Cancelled")).to_be_visible()
    is_for_everyone(second, "the certificate")
    reference = second.locator(".certificate-reference").inner_text()
    with second.expect_download() as paper:
        second.get_by_role("link", name="Save the certificate").click()
    assert paper.value.suggested_filename == f"cancellation-{reference}.pdf"
    expect(panel.get_by_role("heading", name="Has cancelled")).to_be_visible()
    expect(panel).to_contain_text(reference)
