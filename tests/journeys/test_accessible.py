"""Every page at desk and phone width, light and dark: nothing scrolls sideways, axe-core finds nothing serious."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rapport.kit import clock

from .conftest import Enter
from .stage import CALL, CLAIM, CUSTOMER, ENTRY, EVALUATION, LIST, OFFER, PERSON

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "": ["/sign-in/", "/sign-in/with/", "/p/cards/", "/p/cards/cancel/"],
    "rep": [
        "/at/cards/desk/",
        "/at/cards/desk/saves/",
        "/at/cards/coaching/",
        "/at/cards/coaching/gap/",
        "/at/cards/coaching/standing/",
        "/at/cards/certificates/",
        "/at/cards/learning/",
        "/at/cards/learning/products/",
        "/at/cards/learning/practice/",
        "/at/cards/quality/mine/",
        "/at/cards/recognition/",
        "/at/cards/recognition/thank/",
        "/at/cards/recognition/awards/",
        "/at/cards/recognition/rewards/",
        f"/at/cards/contacts/{CALL}/",
        "/account/",
        "/account/2fa/app/",
        "/account/2fa/passkey/",
        "/account/password/",
    ],
    "supervisor": [
        "/at/cards/floor/",
        "/at/cards/promises/",
        "/at/cards/floor/?wall=1",
        "/at/cards/contacts/",
        "/at/cards/reports/",
        "/at/cards/reports/selling/",
        "/at/cards/reports/keeping/",
        "/at/cards/reports/claims/",
        f"/at/cards/reports/claims/{CLAIM}/",
        "/at/cards/reports/statements/",
        f"/at/cards/reports/statements/{clock.now():%Y-%m}/",
        "/at/cards/leaving/work/",
        "/at/cards/rally/",
        "/at/cards/rally/tips/",
        "/at/cards/rally/news/",
        "/at/cards/rally/by-mail/",
        "/at/cards/how-work-is/",
        "/at/cards/how-work-is/mine/",
        "/at/cards/how-work-is/shared/",
        "/at/cards/recognition/",
        "/at/cards/recognition/uncommon/",
        "/at/cards/coaching/",
        "/at/cards/coaching/effects/",
        "/at/cards/coaching/hard/",
        "/at/cards/certificates/people/",
        "/at/cards/certificates/?rep=rep",
        "/at/cards/certificates/kinds/",
        "/at/cards/certificates/kinds/-/new/",
        "/at/cards/quality/",
        "/at/cards/quality/figures/",
        "/at/cards/quality/calibrations/",
        "/at/cards/quality/returns/",
        "/at/cards/quality/worth-hearing/",
        f"/at/cards/quality/evaluations/{EVALUATION}/",
        f"/at/cards/contacts/{CALL}/",
        "/at/cards/learning/who/",
        "/at/cards/learning/courses/",
        "/at/cards/learning/courses/-/new/",
        "/at/cards/sessions/",
        "/at/cards/library/",
        "/at/cards/library/new/?kind=rebuttal",
        f"/at/cards/library/entries/{ENTRY}/",
    ],
    "manager": [
        "/at/cards/how-work-is/staying/",
        "/at/cards/recognition/awards/",
        "/at/cards/recognition/awards/categories/",
        "/at/cards/recognition/awards/categories/?key=team-spirit",
        "/at/cards/recognition/rewards/",
        "/at/cards/privacy/",
        f"/at/cards/privacy/{CUSTOMER}/",
        "/at/cards/alarms/",
        "/at/cards/record/",
        "/at/cards/routing/",
        "/at/cards/routing/1/",
        "/at/cards/routing/trials/",
        "/at/cards/routing/trials/1/",
        "/at/cards/routing/1/trial/",
        "/at/cards/routing/expected/",
        "/at/cards/routing/replays/",
        "/at/cards/books/",
        f"/at/cards/books/{PERSON}/",
        "/at/cards/guides/",
        "/at/cards/guides/-/new/?start=leaving",
        "/at/cards/guides/-/coverage/",
        "/at/cards/guides/-/unanswered/",
        "/at/cards/guides/-/trials/",
        "/at/cards/guides/-/trials/new/",
        "/at/cards/reasons/",
        "/at/cards/lists/",
        "/at/cards/lists/new/",
        f"/at/cards/lists/{LIST}/",
        "/at/cards/risk/",
        "/at/cards/offers/",
        "/at/cards/offers/-/new/",
        f"/at/cards/offers/{OFFER}/",
        "/at/cards/offers/-/work/",
        "/at/cards/offers/-/choices/",
        "/at/cards/offers/-/rules/",
        "/at/cards/leaving/rules/",
        "/at/cards/leaving/reasons/",
        "/at/cards/drafts/",
        "/at/cards/connectors/",
        "/at/cards/connectors/-/new/",
    ],
    "administrator": [
        "/at/cards/people/",
        f"/at/cards/people/{PERSON}/",
        "/at/cards/people/roles/",
        "/at/cards/people/rules/",
        "/at/cards/people/promises/",
        "/at/cards/tokens/",
        "/at/cards/directory/",
        "/at/cards/feeds/",
        "/at/cards/feeds/customers/",
        "/at/cards/privacy/retention/",
    ],
    "auditor": ["/at/cards/record/digests/"],
    "partner_viewer": ["/at/cards/partner/"],
}
SIZES = [(1440, 900), (390, 844)]
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
CUT_OFF = """[...document.querySelectorAll('.table-scroll:has(> .folds)')]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.getAttribute('aria-labelledby'))"""
DESK, PHONE = (ViewportSize(width=width, height=height) for width, height in SIZES)


@pytest.mark.parametrize("who", PAGES)
def test_pages_are_for_everyone(enter: Enter, who: str) -> None:
    page = enter(PAGES[who][0], who)
    for path in PAGES[who]:
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light")
        page.goto(path)
        expect(page.locator("main")).to_be_visible()
        check(page, f"{path} at {DESK['width']} px, light")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        check(page, f"{path} at {PHONE['width']} px, dark", *OF_LOOKS)


def check(page: Page, where: str, *rules: str) -> None:
    """Fail with what axe-core calls serious or critical (by these rules only, where some are named); where the
    page is wider than the window; where it ends below its body, so that on a phone the bar at the bottom would
    cover that; and where a table that folds on a phone scrolls sideways there after all.
    """
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{where} is {sideways} px wider than the window"
    below = page.evaluate("document.documentElement.scrollHeight - document.body.getBoundingClientRect().height")
    assert below <= 1, f"{where} ends {below} px below its body"
    if page.viewport_size == PHONE:
        cut = page.evaluate(CUT_OFF)
        assert cut == [], f"{where}: cut off are the tables {cut}"
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    asked = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("asked => axe.run(document, asked)", asked)
    serious = [
        {"rule": one["id"], "at": [node["target"] for node in one["nodes"]][:3]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{where}: {json.dumps(serious, indent=1)}"
