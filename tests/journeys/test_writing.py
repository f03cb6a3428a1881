"""A guide is written without code, from nothing; somebody else sends it back, then approves and publishes it."""

import re

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import SIZES, check

pytestmark = pytest.mark.journey
GUIDES = "/at/writing-only/guides/"
LEADS = re.compile('to = "close"')
TITLES = [
    "Greet, and comment on the last visit",
    "Hear what it is about",
    "Ask why",
    "Agree on what happens",
    "What they gained, what comes next, and thanks",
]


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_writing")


def test_a_guide_is_written_tried_and_approved(enter: Enter) -> None:
    page = enter(GUIDES, "author")
    page.get_by_role("link", name="Write a guide for Cancel my card").click()
    expect(page.locator("#guide-said")).to_contain_text("sound")
    ask_why(page)
    branch(page)
    move(page)
    keep_a_case(page)
    for width, height in reversed(SIZES):
        page.set_viewport_size({"width": width, "height": height})
        check(page, f"the editor at {width} px")
    page.get_by_role("button", name="Put on file").click()
    page.get_by_role("button", name="Submit for approval").click()
    version = page.url.removeprefix(page.url.split("/at/")[0])
    boss = enter(version, "approver")
    boss.get_by_label("What has to be changed").fill("Thank them first")
    boss.get_by_role("button", name="Send back").click()
    expect(boss.get_by_text("Sent back: Thank them first")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Submit for approval").click()
    boss.goto(version)
    boss.get_by_role("button", name="Approve").click()
    boss.get_by_role("button", name="Publish").click()
    expect(boss.locator(".page-head")).to_contain_text("in force")
    check(boss, "a version at 1440 px")
    boss.goto(GUIDES)
    expect(boss.get_by_role("row", name="Cancel my card")).to_contain_text("1 pass")
    expect(boss.get_by_text("Write a guide for Cancel my card")).to_have_count(0)


def ask_why(page: Page) -> None:
    """Declare a field, and add a step that asks for it; what is wrong is told while it is."""
    page.locator("#open-fields").click()
    page.get_by_label("Label of the new field").fill("Why do they leave?")
    page.get_by_role("button", name="Add a field").click()
    page.get_by_label("Type").select_option("choice")
    expect(page.get_by_label("Choices, one a line")).to_be_visible()
    expect(page.locator("#guide-said")).to_contain_text("A choice needs its choices.")
    page.get_by_label("Choices, one a line").fill("price\nmoving")
    expect(page.locator("#guide-said")).not_to_contain_text("A choice needs")
    page.locator("[data-opens=hear]").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Hear what it is about")
    page.get_by_label("Kind of the new step").select_option("ask")
    page.get_by_label("Title of the new step").fill("Ask why")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#guide-said")).to_contain_text("It asks nothing")
    page.get_by_role("checkbox", name="Why do they leave?").check()
    expect(page.locator("#guide-said")).to_contain_text("sound")


def branch(page: Page) -> None:
    """Lead those who leave for the price elsewhere; a reload loses nothing, and it can be undone."""
    page.get_by_role("button", name="+ branch").click()
    page.get_by_label("Branch 1, 1: what").select_option("why-do-they-leave")
    page.get_by_label("Branch 1, 1: value").fill("price")
    page.get_by_label("Go to").select_option("close")
    page.get_by_label("Otherwise").select_option("agree")
    text = page.locator("#field-text")
    expect(text).to_have_value(LEADS)
    expect(page.locator("#guide-said")).to_contain_text("sound")
    page.reload()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()  # what was not on file is here again
    expect(text).to_have_value(LEADS)
    page.get_by_role("button", name="Text", exact=True).click()
    editor = page.get_by_label("TOML or JSON")
    editor.fill("# Written by hand.\n" + editor.input_value().replace('name = "Cancel my card"', "name = "))
    expect(page.locator("#guide-said")).to_contain_text("This is no TOML")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#guide-said")).to_contain_text("sound")
    editor.fill("# Written by hand.\n" + editor.input_value())
    expect(page.locator("#guide-said")).to_contain_text("sound")
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.locator("#guide-part")).to_be_visible()


def move(page: Page) -> None:
    """Move a step by key and by drag; the text follows, and the words written by hand stay."""
    steps = page.locator(".guide-steps .guide-title")
    expect(steps).to_have_text(["Upset customers speak first", *TITLES])
    page.locator("[data-opens=ask-why]").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(steps.nth(2)).to_have_text("Ask why")
    page.locator("#row-ask-why").drag_to(page.locator("#row-agree"), target_position={"x": 60, "y": 3})
    expect(steps).to_have_text(["Upset customers speak first", *TITLES])
    expect(page.locator("#guide-said")).to_contain_text("sound")
    assert page.locator("#field-text").input_value().startswith("# Written by hand.")


def keep_a_case(page: Page) -> None:
    """Go through it as somebody who has a name, and keep that as a case."""
    tried = page.locator("#guide-try")
    tried.get_by_text("The customer", exact=True).click()
    tried.get_by_label("Customer: first name").fill("Grace")
    tried.get_by_role("button", name="Apply").click()
    expect(tried).to_contain_text("Good day Grace")
    for title in ("Hear what it is about", "Ask why"):
        tried.get_by_role("button", name="Done, on").click()
        expect(tried.locator(".guide-now strong")).to_have_text(title)
    tried.get_by_label("Why do they leave?").select_option("price")
    tried.get_by_role("button", name="On", exact=True).click()
    expect(tried.locator(".guide-now strong")).to_have_text("What they gained, what comes next, and thanks")
    tried.get_by_label("Name of the case").fill("Leaves for the price")
    tried.get_by_role("button", name="Keep as a case").click()
    expect(page.locator(".guide-case")).to_contain_text("passes")
