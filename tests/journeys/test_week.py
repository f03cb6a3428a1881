"""One week of a team: a random sample, a picked contact that both score, coaching, a refresher, a certificate."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from rapport.kit import clock
from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import SIZES, check

pytestmark = pytest.mark.journey
AT = "/at/week"
BEST = {"greet": 1, "identity": 1, "listen": 5, "plain": 4, "touch": 1, "offer": 1, "thanks": 1}


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of this journey to the running installation."""
    set_stage(installation, "stage_week")


def test_what_is_drawn_is_scored_and_what_is_picked_is_coached(enter: Enter) -> None:
    sue = enter(f"{AT}/quality/", "week.sue")
    waiting = sue.get_by_role("region", name="Waiting").get_by_role("row").filter(has_text="Rita")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("Drawn at random")
    waiting.get_by_role("button", name="Score it").click()
    fill(sue, strengths="Asked why before anything was offered.", plain=3)
    expect(sue.get_by_role("heading", level=1)).to_contain_text("passed")
    sue.goto(f"{AT}/quality/figures/")
    expect(sue.locator("main")).to_contain_text("1 contact was drawn: 1 scored")

    sue.goto(f"{AT}/coaching/")
    weekly = sue.get_by_role("region", name="Each week").locator("form", has=sue.get_by_label("Weekday"))
    weekly.get_by_label("Rep").select_option("rita")
    weekly.get_by_label("Weekday").select_option(str((clock.now() + timedelta(days=1)).isoweekday()))
    weekly.get_by_role("button", name="Meet each week").click()

    rita = enter(f"{AT}/coaching/", "week.rita")
    rita.get_by_role("region", name="To come").get_by_role("link").first.click()
    meeting = re.sub(r"https?://[^/]+", "", rita.url)
    rita.get_by_role("button", name="Pick it and score it alone").click()
    expect(rita.get_by_role("heading", name="Score your own contact")).to_be_visible()
    fill(rita, strengths="I was patient.", listen=5)
    rita.goto(meeting)
    expect(rita.locator("main")).to_contain_text("Sue has not scored it yet")

    sue.goto(meeting)
    expect(sue.locator("main")).to_contain_text("Rita has scored it")
    expect(sue.locator("main")).not_to_contain_text("I was patient.")
    sue.get_by_role("button", name="Score it unseen").click()
    expect(sue.locator("main")).not_to_contain_text("I was patient.")
    fill(sue, strengths="Let the customer finish.", listen=2, comments={"listen": "Answered before she was done."})
    sue.goto(meeting)
    gap = sue.get_by_role("row").filter(has_text="How well did they listen?")
    expect(gap).to_contain_text("+75")
    expect(gap).to_contain_text("Answered before she was done.")

    sue.get_by_role("button", name="Start it").click()
    sue.get_by_label("Criterion").select_option("service/listen")
    sue.get_by_label("What Rita does").fill("Sum up before the first answer")
    sue.get_by_label("Up to, per cent").fill("80")
    sue.get_by_label("Look at it on").fill((clock.now() + timedelta(days=14)).date().isoformat())
    sue.get_by_role("button", name="Agree").click()
    expect(sue.get_by_role("region", name="Agreed today").first).to_contain_text("Sum up before the first answer")
    rita.goto(meeting)
    expect(rita.get_by_role("row").filter(has_text="How well did they listen?")).to_contain_text("+75")
    sue.get_by_role("button", name="End it").click()
    expect(sue.locator("main")).to_contain_text("took ")
    rita.goto(f"{AT}/coaching/")
    expect(rita.get_by_role("region", name="Agreed, and open").first).to_contain_text(
        "Sum up before the first answer"
    )
    for_everyone(rita, meeting, f"{AT}/quality/mine/", f"{AT}/coaching/")

    noor = enter("/account/", "week.noor", is_shut_out=True)
    assert noor.request.get(meeting).status == 404


def test_a_refresher_brings_a_certificate_and_without_one_no_contact_comes(
    enter: Enter, installation: Installation
) -> None:
    rita = enter(f"{AT}/desk/", "week.rita")
    expect(rita.get_by_text("Your certificate first")).to_be_visible()
    rita.goto(f"{AT}/learning/")
    rita.get_by_role("link", name="What changed in October").first.click()
    rita.get_by_role("button", name="Begin").click()
    rita.get_by_role("button", name="I have read it").click()
    rita.goto(f"{AT}/certificates/")
    expect(rita.locator("main")).to_contain_text("everything is met")

    sue = enter(f"{AT}/certificates/?rep=rita", "week.sue")
    sue.get_by_role("button", name="Certify as Ready").click()
    expect(sue.locator("main")).to_contain_text("Ready until")
    rita.goto(f"{AT}/desk/")
    expect(rita.get_by_role("button", name="I am available")).to_be_visible()

    set_stage(installation, "stage_week_later")
    rita.goto(f"{AT}/desk/")
    expect(rita.locator("main")).to_contain_text("Your certificate Cards, Ready, lapsed")
    expect(rita.get_by_role("button", name="I am available")).to_have_count(0)
    for_everyone(rita, f"{AT}/learning/", f"{AT}/certificates/")


def fill(page: Page, *, strengths: str, comments: dict[str, str] | None = None, **told: int) -> None:
    """Answer a scorecard's questions, with what is needed beside them, and hand it in."""
    for key, value in {**BEST, **told}.items():
        page.locator(f'label:has(input[name="answer.{key}"][value="{value}"])').click()
    words = {"plain": "“Chargeback” was left standing.", **(comments or {})}
    for key, comment in words.items():
        page.locator(f'textarea[name="comment.{key}"]').fill(comment)
    page.get_by_label("What went well").fill(strengths)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_role("button", name="Hand it in")).to_have_count(0)


def for_everyone(page: Page, *paths: str) -> None:
    """Hold pages to axe, wide and narrow."""
    for path in paths:
        page.goto(path)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            check(page, f"{path} at {width} px")
