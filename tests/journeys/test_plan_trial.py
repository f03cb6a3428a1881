"""A manager tries a plan on a share of contacts in a browser: how large it has to be, watching, ending."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Enter

pytestmark = pytest.mark.journey

PLAN = '[queues.main]\nname = "Main"\nroutes = [{ steps = [{ anyone = true }] }]\n'


def put_on_file(page: Page, text: str) -> None:
    page.get_by_label("TOML or JSON").fill(text)
    page.get_by_role("button", name="Put on file").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version")


def test_a_plan_is_tried_on_a_share_of_contacts(enter: Enter) -> None:
    page = enter("/at/cards/routing/", "manager")
    put_on_file(page, PLAN)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".page-head")).to_contain_text("in force")
    page.get_by_role("link", name="All versions").click()
    put_on_file(page, PLAN + "[priority]\nchannels = { chat = 2 }\n")
    page.get_by_role("link", name="Try it on a share first").click()
    page.get_by_label("Share of customers").fill("30")
    page.get_by_label("Figure that decides").select_option("average_speed_of_answer")
    expect(page.locator("#trial-size")).to_contain_text("customers")
    page.get_by_role("button", name="Begin the trial").click()
    expect(page.locator(".page-head")).to_contain_text("on trial")
    expect(page.locator("#verdict")).to_contain_text("Too early to say")
    page.get_by_role("link", name="Trials", exact=True).click()
    page.get_by_role("link", name=re.compile("Trial ")).first.click()
    page.get_by_role("button", name=re.compile("Keep version")).click()
    expect(page.locator(".page-head")).to_contain_text("not published")
