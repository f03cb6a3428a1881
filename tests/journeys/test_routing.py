"""A manager changes the plan of routing in a browser: faults while typing, a trial, publishing."""

import pytest
from playwright.sync_api import expect

from .conftest import Enter

pytestmark = pytest.mark.journey

PLAN = """[skills]
german = "German"

[queues.main]
name = "Main line"

[[queues.main.routes]]
steps = [{ skills = { danish = 3 }, seconds = 30 }, { anyone = true }]
"""


def test_a_plan_is_written_tried_and_published(enter: Enter) -> None:
    page = enter("/at/cards/routing/", "manager")
    editor, said = page.get_by_label("TOML or JSON"), page.locator("#plan-said")
    editor.fill(PLAN)
    expect(said).to_contain_text("There is no skill 'danish'")
    page.get_by_role("link", name="Line 8").click()
    expect(editor).to_be_focused()
    assert editor.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)").startswith("steps =")
    editor.fill(PLAN.replace("danish", "german"))
    expect(said).to_contain_text("German 3 or higher")
    page.get_by_label("Minutes waited").fill("1")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#trial")).to_contain_text("Main line")
    page.get_by_label("What changes").fill("German first")
    page.get_by_role("button", name="Put on file").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version")
    expect(page.locator("ins").filter(has_text="german = 3")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".page-head")).to_contain_text("in force")
    # and back, so that the other journeys meet the plan they began with
    page.get_by_role("link", name="All versions").click()
    editor.fill('[queues.main]\nname = "Main"\nroutes = [{ steps = [{ anyone = true }] }]\n')
    page.get_by_role("button", name="Put on file").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".page-head")).to_contain_text("in force")
