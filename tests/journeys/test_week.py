"""One week of a team: what is monitored is coached, what is coached is taught, what works is rewarded and told."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from rapport.kit import clock
from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import DESK, PHONE, check
from .test_desk import press

pytestmark = pytest.mark.journey
AT = "/at/week"
BEST = {"greet": 1, "identity": 1, "listen": 5, "plain": 4, "touch": 1, "offer": 1, "thanks": 1}
QUESTION = """
[[lessons]]
key = "check"
title = "Do you remember?"

[[lessons.questions]]
key = "thanks"
text = "What do you thank for?"
choices = [{ key = "wait", text = "That they waited", right = true }, { key = "write", text = "That they wrote" }]
"""


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


def test_without_a_certificate_no_contact_comes_and_freedom_goes(enter: Enter, installation: Installation) -> None:
    rita, sue = enter(f"{AT}/desk/", "week.rita"), enter(f"{AT}/learning/courses/", "week.sue")
    expect(rita.get_by_text("Your certificate first")).to_be_visible()
    the_refresher_is_completed(sue, enter)
    noor = enter("/account/", "week.noor")
    for page, who in ((rita, "rita"), (noor, "noor")):
        take_the_refresher(page)
        sue.goto(f"{AT}/certificates/?rep={who}")
        sue.get_by_role("button", name="Certify as Ready").click()
        expect(sue.locator("main")).to_contain_text("Ready until")

    become_available(rita)
    write_to_us(enter, "first@example.org")
    rita.get_by_role("button", name="Accept").click()
    form = rita.locator("#guide-now .now-form")
    expect(form).to_have_text("In your own words")

    # A year passes while she has one chat and room for another. The guide is strict again, what waits is not hers.
    set_stage(installation, "stage_week_later")
    rita.reload()
    expect(form).to_have_text("Cover, in your own words")
    second = write_to_us(enter, "second@example.org")
    expect(second.get_by_role("heading", name="You are next")).to_be_visible()
    become_available(noor, waits=True)
    noor.get_by_role("button", name="Accept").click()
    expect(second.get_by_role("heading", name="You are talking with Noor")).to_be_visible()
    expect(rita.get_by_role("region", name="Ringing")).to_have_count(0)

    # What she has in hand she finishes; then the desk says why nothing comes.
    wrap_up(rita)
    expect(rita.locator("main")).to_contain_text("Your certificate Cards, Ready, lapsed")
    expect(rita.get_by_role("button", name="I am available")).to_have_count(0)
    for_everyone(rita, f"{AT}/learning/", f"{AT}/certificates/")

    # The refresher that she has taken meanwhile counts.
    sue.goto(f"{AT}/certificates/?rep=rita")
    sue.get_by_role("button", name="Renew Ready").click()
    expect(sue.locator("main")).to_contain_text("Ready until")
    become_available(rita)
    third = write_to_us(enter, "third@example.org")
    rita.get_by_role("button", name="Accept").click()
    expect(third.get_by_role("heading", name="You are talking with Rita")).to_be_visible()
    expect(form).to_have_text("In your own words")
    wrap_up(rita)
    expect(rita.get_by_text("Ready for the next contact")).to_be_visible()


def test_an_award_for_what_stuck_is_agreed_on_announced_and_told(enter: Enter) -> None:
    boss = enter(f"{AT}/recognition/awards/", "week.max")
    boss.get_by_role("region", name="To decide").first.get_by_role("link", name="Who stays").click()
    award = re.sub(r"https?://[^/]+", "", boss.url)
    expect(boss.get_by_role("region", name="Who would win")).to_contain_text("Rita")
    rita = enter(f"{AT}/recognition/awards/", "week.rita", is_shut_out=True)
    expect(rita.get_by_role("region", name="Given").first).to_contain_text("None yet")
    assert rita.request.get(award).status == 404
    for_everyone(boss, award)
    boss.get_by_role("button", name="Approve").click()
    expect(boss.get_by_role("button", name="Announce it")).to_have_count(0)  # the partner is asked first

    petra = enter(f"{AT}/partner/", "week.petra")
    asked = petra.get_by_role("region", name="Awards that wait for your word").first
    asked.get_by_role("link", name="Who stays").click()
    petra.get_by_role("button", name="Agree to it").click()
    boss.goto(award)
    boss.get_by_role("button", name="Announce it").click()
    expect(boss.get_by_role("region", name="Who won")).to_contain_text("Rita")

    sue = enter(f"{AT}/rally/", "week.sue")
    sue.get_by_role("button", name="Draft today's").click()
    expect(sue.get_by_role("region", name="Awards")).to_contain_text("Rita: Who stays")
    sue.get_by_role("button", name="Publish to everyone").click()
    expect(sue.get_by_text("0 of 7 have read it")).to_be_visible()
    rita.goto(f"{AT}/rally/")
    expect(rita.get_by_role("region", name="Awards")).to_contain_text("Rita: Who stays")
    rita.get_by_role("button", name="I have read this").click()
    expect(rita.get_by_role("link", name="To the desk")).to_be_visible()
    rita.goto(f"{AT}/recognition/")
    expect(rita.get_by_role("region", name="Your awards")).to_contain_text("Who stays")
    for_everyone(rita, f"{AT}/rally/", f"{AT}/recognition/", award)


def the_refresher_is_completed(sue: Page, enter: Enter) -> None:
    """Put a question to what the job drafted, and have a second person approve and publish it."""
    sue.get_by_role("link", name="Refresher").click()
    text = sue.get_by_label("TOML or JSON")
    expect(text).to_have_value(re.compile("Thank who waited"))
    text.fill(text.input_value() + QUESTION)
    expect(sue.locator("#said")).to_contain_text("What do you thank for?")
    sue.get_by_role("button", name="Save as a draft").click()
    sue.get_by_role("button", name="Hand in").click()
    boss = enter(re.sub(r"https?://[^/]+", "", sue.url), "week.max")
    boss.get_by_role("button", name="Approve").click()
    boss.get_by_role("button", name="Publish").click()
    expect(boss.get_by_role("region", name="Versions").first).to_contain_text("live")


def take_the_refresher(rep: Page) -> None:
    """Read what changed, and answer what is asked."""
    rep.goto(f"{AT}/learning/")
    rep.get_by_role("link", name="Refresher").first.click()
    rep.get_by_role("button", name="Begin").click()
    expect(rep.locator("main")).to_contain_text("Thank who waited")
    rep.get_by_role("button", name="I have read it").click()
    rep.get_by_role("button", name="Answer the questions").click()
    rep.get_by_label("That they waited").click()
    rep.get_by_role("button", name="Hand in").click()
    expect(rep.locator("main")).to_contain_text("Passed: 100 % right")
    rep.goto(f"{AT}/certificates/")
    expect(rep.locator("main")).to_contain_text("everything is met")


def become_available(rep: Page, *, waits: bool = False) -> None:
    """Say so at the desk; where somebody waits, it rings at once."""
    rep.goto(f"{AT}/desk/")
    rep.get_by_role("button", name="I am available").click()
    expect(rep.get_by_role("button", name="Accept") if waits else rep.get_by_text("Ready for the")).to_be_visible()


def write_to_us(enter: Enter, email: str) -> Page:
    """Write as a customer, who then waits."""
    customer = enter("/p/week/", width=390, height=844)
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("I would like to close my card.")
    customer.get_by_label("Your e-mail address").fill(email)
    customer.get_by_role("button", name="Send and wait").click()
    return customer


def wrap_up(rep: Page) -> None:
    """Greet as the guide asks, end the conversation, and say what came of it."""
    press(rep, "t")
    expect(rep.locator("#guide-now h3")).to_have_text("Thank them")
    press(rep, "w", "w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("All said")
    press(rep, "f")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_have_count(0)


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
    """Hold pages to axe, wide in light and narrow in dark; leave them wide and light."""
    for path in paths:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark" if size is PHONE else "light")
            page.goto(path)
            check(page, f"{path} at {size['width']} px")
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
