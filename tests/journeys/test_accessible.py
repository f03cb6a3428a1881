"""Every page at desk and phone width, light and dark: nothing scrolls sideways, axe-core finds nothing serious."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [
    ("/sign-in/", ""),
    ("/p/cards/", ""),
    ("/at/cards/desk/", "rep"),
    ("/at/cards/floor/", "supervisor"),
    ("/at/cards/floor/?wall=1", "supervisor"),
    ("/at/cards/reports/", "supervisor"),
    ("/at/cards/rally/", "supervisor"),
]
SIZES = [(1440, 900), (390, 844)]
SCHEMES = ["light", "dark"]


@pytest.mark.parametrize(("path", "who"), PAGES)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_is_for_everyone(enter: Enter, path: str, who: str, width: int, height: int, scheme: str) -> None:
    page = enter(path, who, width=width, height=height, color_scheme=scheme)
    page.wait_for_load_state("networkidle") if not who else page.wait_for_timeout(300)
    check(page)


def check(page: Page) -> None:
    """Fail with what axe-core calls serious or critical, and where the page is wider than the window."""
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{page.url} is {sideways} px wider than the window"
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        {"rule": one["id"], "at": [node["target"] for node in one["nodes"]][:3]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious, indent=1)
