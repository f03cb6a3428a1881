"""Whose access ends while a page is open: the page says so by itself, and shows nothing more."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import PASSWORD, Enter
from .stage import LEAVER

pytestmark = pytest.mark.journey


def test_an_open_page_ends_when_its_person_is_shut_out(enter: Enter) -> None:
    leaver = enter("/at/cards/floor/", LEAVER, is_shut_out=True)
    expect(leaver.locator("#stream-status")).to_have_attribute("data-state", "live")
    office = enter("/at/cards/people/?find=leaver", "administrator")
    office.get_by_role("link", name="Leaver").click()
    office.get_by_role("button", name="Sign them out everywhere").click()
    expect(office.locator("#notices")).to_contain_text("Leaver is signed out everywhere.")

    expect(leaver).to_have_url(re.compile("/sign-in/"))
    expect(leaver.locator("main")).to_contain_text("Your session was ended by those who look after your programme")
    leaver.fill("[name=username]", LEAVER)
    leaver.fill("[name=password]", PASSWORD)
    leaver.keyboard.press("Enter")
    expect(leaver.locator("#stream-status")).to_have_attribute("data-state", "live")
