"""A manager sends a reason to who knows it: from the studio to the right rep's desk, with holidays, and back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import SIZES, check

pytestmark = pytest.mark.journey
ROUTING = "/at/plan-only/routing/"
PLAN = """# Who wants to leave talks to who keeps customers.
[skills]
retention = "Keeping customers"

[calendars.always]
hours = ["mon-sun 00:00-24:00"]

[queues.main]
name = "Main line"
calendar = "always"
closed = { message = "We are closed.", call_back = true }
wait = { message = "Thank you for waiting." }

[[queues.main.routes]]
reasons = ["cancel"]
steps = [{ skills = { retention = 3 } }]

[[queues.main.routes]]
steps = [{ anyone = true }]
"""
FEAST = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:New Year\r\n"
)


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_plan")


def test_a_reason_goes_to_who_knows_it(enter: Enter) -> None:
    page = enter(ROUTING, "planner")
    add_holidays(page)
    put_on_file_and_publish(page)
    plain, knower = (enter("/at/plan-only/desk/", who) for who in ("plain", "knower"))
    for rep in (plain, knower):
        rep.get_by_role("button", name="I am available").click()
    customer = enter("/p/plan-only/")
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("I want to leave")
    customer.get_by_label("Your e-mail address").fill("grace@example.org")
    customer.get_by_role("button", name="Send and wait").click()
    expect(knower.get_by_role("button", name="Accept")).to_be_visible()
    expect(knower.locator("#work")).to_contain_text("retention 3")
    expect(knower.locator("#work")).to_contain_text("Cancel my card")
    assert plain.get_by_role("button", name="Accept").count() == 0
    knower.keyboard.press("Enter")
    expect(customer.get_by_role("heading", name="You are talking with Knower")).to_be_visible()
    close_the_queue(page)
    later = enter("/p/plan-only/", width=390, height=844)
    expect(later.get_by_text("We are closed.")).to_be_visible()
    leave_a_number(later)
    roll_back(page)


def add_holidays(page: Page) -> None:
    editor = page.get_by_label("TOML or JSON")
    editor.fill(PLAN)
    expect(page.locator("#plan-said")).to_contain_text("Keeping customers 3 or higher")
    page.get_by_text("Add holidays from a calendar file").click()
    feast = {
        "name": "feasts.ics",
        "mimeType": "text/calendar",
        "buffer": FEAST + b"END:VEVENT\r\nEND:VCALENDAR\r\n",
    }
    page.get_by_label("Calendar file (.ics)").set_input_files(feast)
    page.get_by_label("For the calendar").fill("always")
    page.get_by_role("button", name="Add them to the plan").click()
    expect(page.get_by_text("2 days added to always.")).to_be_visible()
    assert '= "New Year"' in editor.input_value() and "# Who wants to leave" in editor.input_value()
    for width, height in reversed(SIZES):
        page.set_viewport_size({"width": width, "height": height})
        check(page, f"the plan at {width} px")


def put_on_file_and_publish(page: Page) -> None:
    page.get_by_role("button", name="Put on file").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".page-head")).to_contain_text("in force")


def close_the_queue(page: Page) -> None:
    page.get_by_role("link", name="Edit a copy").click()
    editor = page.get_by_label("TOML or JSON")
    opens = datetime.now(UTC).date() + timedelta(days=30)
    closed = editor.input_value().replace(
        'hours = ["mon-sun 00:00-24:00"]', f'special = {{ {opens} = "08:00-09:00" }}'
    )
    editor.fill(closed)
    put_on_file_and_publish(page)


def leave_a_number(customer: Page) -> None:
    customer.locator("label.choice-item", has_text="Fees").click()
    customer.get_by_label("Your message").fill("About a fee")
    customer.get_by_label("Your e-mail address").fill("ada@example.org")
    customer.get_by_label("Your telephone number").fill("030 123456")
    customer.get_by_role("button", name="Call me back").click()
    expect(customer.get_by_role("heading", name="We will call you")).to_be_visible()


def roll_back(page: Page) -> None:
    page.get_by_role("link", name="All versions").click()
    page.get_by_role("link", name="Version 1", exact=True).click()
    page.get_by_role("button", name="Roll back to it").click()
    expect(page.locator("#notices")).to_contain_text("What version 1 said is in force again, as version 3.")
