"""The customer's page in a browser: without JavaScript, through reloads, and through a lost connection."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rapport.config.database_url import embedded
from rapport.runtime.rig import Installation

from .test_accessible import check

pytestmark = pytest.mark.journey
PORTAL = "/p/portal-only/"
HOSTILE = "<img src=x onerror=\"document.title='broken'\"> & <script>document.title='broken'</script> {{ 7*7 }}"


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of these journeys to the running installation."""
    subprocess.run(
        [sys.executable, "-m", "rapport.runtime.child", "stage_portal"],
        env={
            **installation.environment,
            "DATABASE_URL": embedded(installation.home),
            "PYTHONPATH": str(Path(__file__).parent),
        },
        check=True,
    )


@pytest.fixture
def phone(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    """A customer's telephone."""
    context = browser.new_context(base_url=installation.address, viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    yield context
    context.close()


def write(page: Page, text: str, email: str) -> None:
    page.goto(PORTAL)
    page.locator("label.choice-item", has_text="Cancel my card").click()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send and wait").click()


def leave(page: Page) -> None:
    page.locator("summary", has_text="Leave the line").click()
    page.get_by_role("button", name="Yes, leave the line").click()
    expect(page.get_by_role("heading", name="You are no longer in line")).to_be_visible()


def test_without_javascript_a_message_can_be_left(browser: Browser, installation: Installation) -> None:
    context = browser.new_context(
        base_url=installation.address, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    write(page, "Please close my card", "plain@example.org")
    expect(page.get_by_role("heading", name="You are")).to_be_visible()
    expect(page.get_by_text("Please close my card")).to_be_visible()
    expect(page.locator("noscript .talk-plain")).to_be_visible()
    expect(page.locator('meta[http-equiv="refresh"]')).to_have_count(1)
    leave(page)
    context.close()


def test_what_is_typed_survives_reloads_and_refusals(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(PORTAL)
    page.get_by_label("Your message").fill("Half a thought")
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value("Half a thought")
    write(page, "x" * 10_000, "long@example.org")
    expect(page.get_by_text("That is 10,000 characters")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("x" * 10_000)
    write(page, HOSTILE, "long@example.org")
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    expect(page).to_have_title("In line · Portal only")
    page.get_by_label("Write a message").fill("One more thing")
    page.reload()
    expect(page.get_by_label("Write a message")).to_have_value("One more thing")
    check(page, "in line at 390 px")
    leave(page)
    expect(page.get_by_text("This was not sent any more")).to_be_visible()
    check(page, "after leaving at 390 px")


def test_a_message_written_without_a_connection_arrives_once(phone: BrowserContext) -> None:
    page = phone.new_page()
    write(page, "Hello", "tunnel@example.org")
    expect(page.get_by_role("heading", name="You are")).to_be_visible()
    phone.set_offline(True)
    page.get_by_label("Write a message").fill("Out of the tunnel")
    page.keyboard.press("Enter")
    expect(page.get_by_text("not sent yet, trying again")).to_be_visible()
    phone.set_offline(False)
    expect(page.locator("#lines").get_by_text("Out of the tunnel")).to_be_visible()
    expect(page.locator("#outbox li")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Out of the tunnel")).to_have_count(1)
    leave(page)


def test_who_closes_the_page_finds_the_place_again(phone: BrowserContext) -> None:
    page = phone.new_page()
    write(page, "Back in a minute", "back@example.org")
    expect(page.get_by_role("heading", name="You are")).to_be_visible()
    page.close()
    again = phone.new_page()
    again.goto(PORTAL)
    expect(again.get_by_text("Back in a minute")).to_be_visible()
    leave(again)
    again.get_by_role("button", name="Write to us again").click()
    expect(again.get_by_role("heading", name="How can we help?")).to_be_visible()
