"""Every page at desk and phone width, light and dark: nothing scrolls sideways, axe-core finds nothing serious."""

import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from .conftest import Enter

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [
    ("/sign-in/", ""),
    ("/at/cards/sessions/", "supervisor"),
    ("/account/", "rep"),
    ("/account/2fa/app/", "rep"),
    ("/account/2fa/passkey/", "rep"),
    ("/p/cards/", ""),
    ("/at/cards/desk/", "rep"),
    ("/at/cards/floor/", "supervisor"),
    ("/at/cards/floor/?wall=1", "supervisor"),
    ("/at/cards/reports/", "supervisor"),
    ("/at/cards/rally/", "supervisor"),
]
SIZES = [(1440, 900), (390, 844)]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_a_page_is_for_everyone(enter: Enter, path: str, who: str) -> None:
    page = enter(path, who)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.reload()
            expect(page.locator("main")).to_be_visible()
            check(page, f"{path} at {width} px, {scheme}")


def check(page: Page, where: str) -> None:
    """Fail with what axe-core calls serious or critical, and where the page is wider than the window."""
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{where} is {sideways} px wider than the window"
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        {"rule": one["id"], "at": [node["target"] for node in one["nodes"]][:3]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{where}: {json.dumps(serious, indent=1)}"
