"""A guide in browsers: by keyboard, at two levels, through a reload, a new version and another rep's hands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_desk import is_for_everyone, press

pytestmark = pytest.mark.journey
DESK = "/at/guided/desk/"


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> Callable[[], None]:
    """Add the programme of this journey to the running installation; called, publish the guide's next version."""

    def play() -> None:
        set_stage(installation, "stage_guide")

    play()
    return play


def now(rep: Page, title: str) -> None:
    """Wait until the guide stands at the step."""
    expect(rep.locator("#guide-now h3")).to_have_text(title)


def take(rep: Page) -> None:
    """Accept what rings, and leave the box."""
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(rep.locator("#composer")).to_be_visible()


def test_a_guide_through_levels_hands_and_versions(enter: Enter, stage: Callable[[], None]) -> None:
    gina = enter(DESK, "gina")
    press(gina, "Enter")
    expect(gina.get_by_text("Ready for the next contact")).to_be_visible()
    customer = enter("/p/guided/", width=390, height=844)
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill("This is the third time I write!")
    customer.get_by_label("Your e-mail address").fill("grace@example.org")
    customer.get_by_role("button", name="Send and wait").click()
    take(gina)

    # At level 4 the greeting is free; an upset customer speaks before the formality.
    now(gina, "Greet")
    expect(gina.locator("#guide-now")).to_contain_text("In your own words")
    press(gina, "t")
    now(gina, "Make sure who they are")
    expect(gina.locator("#guide-now blockquote")).to_have_text("Please tell me the last two digits of your card.")
    press(gina, "i")
    now(gina, "Hear the reason")

    answers_stay(gina)
    handed = hand_to_stan(gina, enter, stage)
    ends_at_level_0(handed)


def answers_stay(gina: Page) -> None:
    """Fill in what is asked, wrongly first; look something up; reload."""
    # A refused answer stays in its field with what is wanted, also when the desk is fetched again.
    gina.get_by_role("button", name="the fee", exact=True).click()
    expect(gina.get_by_role("button", name="the fee", exact=True)).to_have_attribute("aria-pressed", "true")
    cards = gina.get_by_label("How many cards?")
    cards.fill("twelve")
    cards.press("Enter")
    expect(gina.locator("#answer-cards")).to_contain_text("a number such as 12")
    with gina.expect_response("**/guide/now/"):
        gina.evaluate(
            "document.body.dispatchEvent(new CustomEvent("
            "/live:guide:[\\w-]+/.exec(document.getElementById('guide').getAttribute('hx-trigger'))[0]))"
        )
    gina.wait_for_timeout(200)
    expect(cards).to_have_value("twelve")
    is_for_everyone(gina, "a guide with a refused answer")
    cards.fill("2")
    cards.press("Enter")
    expect(gina.locator("#answer-cards .field-error")).to_have_count(0)

    # An aside comes and goes; what was answered survives a reload.
    press(gina, "q")
    gina.keyboard.type("too dear")
    gina.keyboard.press("Enter")
    now(gina, "It is too dear")
    press(gina, "z")
    now(gina, "Hear the reason")
    gina.reload()
    now(gina, "Hear the reason")
    expect(gina.get_by_label("How many cards?")).to_have_value("2")


def hand_to_stan(gina: Page, enter: Enter, stage: Callable[[], None]) -> Page:
    """Publish another version, and hand the contact to somebody with no level: same place, same version."""
    stage()
    stan = enter(DESK, "stan")
    press(stan, "Enter")
    expect(stan.get_by_text("Ready for the next contact")).to_be_visible()
    press(gina, "x")
    gina.locator("#hand-on-to").select_option("person:stan")
    gina.locator("#hand-on-note").fill("Is upset about the fee")
    gina.locator("#hand-on form").get_by_role("button", name="Hand on").click()
    take(stan)
    now(stan, "Hear the reason")
    expect(stan.locator(".column-guide")).to_contain_text("version 1, level 0")
    expect(stan.locator("#step-greet")).to_contain_text("Gina Free")
    return stan


def ends_at_level_0(stan: Page) -> None:
    """Go on as the strict form wants it, on a phone in the end; the wrap-up knows what the guide was told."""
    press(stan, "j")
    now(stan, "Make sure who they are")
    press(stan, "t")
    now(stan, "Speak of the fee")
    expect(stan.get_by_text("Leave out")).to_have_count(0)
    stan.get_by_role("checkbox", name="Speak of the fee").click()
    expect(stan.get_by_role("checkbox", name="Speak of the fee")).to_be_checked()
    press(stan, "j")

    stan.set_viewport_size({"width": 390, "height": 844})
    stan.locator("label", has_text="Guide").click()
    got = stan.get_by_label("What did they get?")
    got.fill("The fee of a year")
    with stan.expect_response("**/guide/answers/got/"):
        got.press("Enter")
    stan.set_viewport_size({"width": 1440, "height": 900})
    press(stan, "w", "w")
    expect(stan.get_by_label("What of value did they get?")).to_have_value("The fee of a year")
