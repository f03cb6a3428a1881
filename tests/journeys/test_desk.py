"""The desk in a browser: by keyboard alone, through reloads, and without a stream."""

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .test_accessible import SIZES, check

pytestmark = pytest.mark.journey
DESK = "/at/desk-only/desk/"
CARD = "4000 0566 5566 5556"
WATCH_FOR_LOSS = """words => {
  const work = document.getElementById("work");
  const look = () => { window.lost ||= !work.textContent.includes(words); };
  new MutationObserver(look).observe(work, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module", autouse=True)
def stage(installation: Installation) -> None:
    """Add the programme of these journeys to the running installation."""
    set_stage(installation, "stage_desk")


def write_to_us(customer: Page, text: str) -> None:
    """Write as a customer on file."""
    customer.locator("label.choice-item", has_text="Cancel my card").click()
    customer.get_by_label("Your message").fill(text)
    customer.get_by_label("Your e-mail address").fill("grace@example.org")
    customer.get_by_role("button", name="Send and wait").click()


def press(page: Page, *keys: str) -> None:
    """Press keys as a rep whose hands rest: nothing is focused."""
    page.evaluate("document.activeElement.blur()")
    for key in keys:
        page.keyboard.press(key)


def hold_answer(page: Page, pattern: str, event: str) -> Callable[[], None]:
    """Have a part of the page fetched by a live event, and keep the answer back until the function is called."""
    held: list[tuple[Route, APIResponse]] = []
    page.route(pattern, lambda route: held.append((route, route.fetch())), times=1)
    page.evaluate("name => document.body.dispatchEvent(new CustomEvent(name))", event)
    while not held:
        page.wait_for_timeout(20)

    def release() -> None:
        [(route, answer)] = held
        route.fulfill(response=answer)

    return release


def changed_by_another(page: Page, name: str) -> None:
    """Have the desk fetched by a live event; the customer is called otherwise by now, in longer fields too."""

    def answer(route: Route) -> None:
        told = route.fetch()
        body = told.text().replace(name, "Somebody Else").replace("></textarea>", ">Somebody Else</textarea>")
        route.fulfill(response=told, body=body)

    page.route("**/desk/work/", answer, times=1)
    with page.expect_response("**/desk/work/"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:contact'))")


def keeps_what_stands_in_a_field(rep: Page) -> None:
    """Fail where the desk, coming anew, takes off what the rep wrote, as the file says something else by now."""
    press(rep, "e")
    name = rep.locator("details[open] [name=name]")
    was = name.input_value()
    name.fill("Half a name")
    rep.locator("#composer").fill("Half a message")
    changed_by_another(rep, was)
    expect(rep.get_by_text("Somebody Else").first).to_be_visible()
    expect(name).to_have_value("Half a name")
    expect(rep.locator("#composer")).to_have_value("Half a message")
    rep.locator("#composer").fill("")
    rep.reload()


def is_for_everyone(page: Page, what: str) -> None:
    """Fail where axe-core finds something serious or the page scrolls sideways, at either width."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        check(page, f"{what} at {width} px")
    page.set_viewport_size({"width": 1440, "height": 900})


def go_offline(page: Page) -> None:
    """Leave the floor, so that the next journey has it for itself."""
    page.wait_for_timeout(800)  # keys rest until who typed in a field that is gone pauses
    press(page, "s", "7")
    expect(page.get_by_text("You are off the floor")).to_be_visible()


def test_a_contact_by_keyboard_alone(enter: Enter) -> None:
    rep = enter(DESK, "typist")
    press(rep, "?")
    expect(rep.get_by_role("dialog", name="Keys on this page")).to_contain_text("I am available")
    press(rep, "Escape", "Enter")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    customer = enter("/p/desk-only/", width=390, height=844)
    write_to_us(customer, "I want to leave")
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    is_for_everyone(rep, "a ringing contact")
    press(rep, "Enter")

    # The box has the focus; the guide's words go into it and out.
    expect(rep.locator("#composer")).to_be_focused()
    rep.keyboard.press("Alt+u")
    expect(rep.locator("#composer")).to_have_value("What made you decide?")
    rep.keyboard.press("Enter")
    expect(customer.get_by_text("What made you decide?")).to_be_visible()
    rep.keyboard.press("Alt+t")
    expect(rep.get_by_role("checkbox", name="Hear the reason")).to_be_checked()

    is_for_everyone(rep, "a chat")

    # Half a thought survives a reload.
    rep.keyboard.type("half a thought")
    rep.reload()
    expect(rep.locator("#composer")).to_have_value("half a thought")
    rep.locator("#composer").fill("")

    keeps_what_stands_in_a_field(rep)

    # The desk was asked for before the promise was made, and comes after: it does not take the promise off.
    late = hold_answer(rep, "**/desk/work/", "live:contact")
    press(rep, "p")
    expect(rep.get_by_label("We promise to")).to_be_focused()
    rep.keyboard.type("Send it in writing")
    rep.keyboard.press("Enter")
    expect(rep.get_by_text("Send it in writing").first).to_be_visible()
    rep.evaluate(WATCH_FOR_LOSS, "Send it in writing")
    with rep.expect_response("**/desk/work/"):
        late()
    rep.wait_for_timeout(200)
    assert not rep.evaluate("window.lost")

    # What cannot be taken back needs its key twice; the summary too survives a reload.
    press(rep, "w")
    expect(rep.locator("#end-chat")).to_be_focused()
    rep.keyboard.press("w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "w")
    rep.keyboard.type("Stays after all")
    rep.reload()
    expect(rep.get_by_label("One line for whoever talks to them next")).to_have_value("Stays after all")
    is_for_everyone(rep, "a wrap-up")
    press(rep, "1", "y", "t")
    rep.get_by_label("Open: Read the disclosure").fill("not needed")
    press(rep, "f")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    go_offline(rep)


def test_without_a_stream_the_desk_asks_every_few_seconds(enter: Enter) -> None:
    rep = enter(DESK, "typist")

    def end_at_once(route: Route) -> None:
        route.fulfill(status=200, headers={"Access-Control-Allow-Origin": "*"}, body="")

    rep.route("**/stream?*", end_at_once)
    rep.reload()
    expect(rep.locator("#stream-status")).to_have_attribute("data-state", "polling", timeout=20_000)
    press(rep, "Enter")
    customer = enter("/p/desk-only/", width=390, height=844)
    write_to_us(customer, "Hello without a stream")
    expect(rep.get_by_role("button", name="Accept")).to_be_visible(timeout=20_000)
    press(rep, "Enter")
    expect(rep.get_by_text("Hello without a stream")).to_be_visible()

    # The stream comes back, and with it what was said meanwhile.
    rep.unroute("**/stream?*")
    rep.evaluate("window.dispatchEvent(new Event('online'))")
    expect(rep.locator("#stream-status")).to_have_attribute("data-state", "live", timeout=30_000)
    customer.get_by_label("Write a message").fill("And with one again")
    customer.keyboard.press("Enter")
    expect(rep.get_by_text("And with one again").first).to_be_visible()
    press(rep, "w", "w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("Only a test of the line")
    rep.get_by_label("Open: Hear the reason").fill("not needed")
    press(rep, "f")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    go_offline(rep)


def test_a_masked_value_is_shown_for_a_reason_and_hides_with_the_contact(enter: Enter) -> None:
    rep = enter(DESK, "typist")
    press(rep, "Enter")
    customer = enter("/p/desk-only/", width=390, height=844)
    write_to_us(customer, f"My card {CARD} is lost")
    expect(customer.get_by_text("We hid a card number")).to_be_visible()
    expect(customer.get_by_text("My card •••• 5556 is lost")).to_be_visible()
    expect(rep.get_by_role("button", name="Accept")).to_be_visible()
    press(rep, "Enter")
    expect(rep.get_by_text("My card •••• 5556 is lost")).to_be_visible()
    expect(rep.locator("dd", has_text="•••• 5556")).to_be_visible()
    expect(rep.locator("#composer")).to_be_focused()

    # The key asks why; nothing is shown without a reason.
    press(rep, "m")
    why = rep.get_by_label("Why do you need to see the card number?")
    expect(why).to_be_focused()
    is_for_everyone(rep, "a question for a reason")
    why.select_option("identity")
    rep.locator("form.reveal").get_by_role("button", name="Show").click()
    expect(rep.get_by_text(CARD)).to_be_visible()

    # What the customer writes meanwhile leaves it standing; Escape hides it, and no page or store has kept it.
    customer.get_by_label("Write a message").fill("Are you there?")
    customer.keyboard.press("Enter")
    expect(rep.get_by_text("Are you there?").first).to_be_visible()
    expect(rep.get_by_text(CARD)).to_be_visible()
    rep.get_by_role("button", name="Hide the card number").focus()
    rep.keyboard.press("Escape")
    expect(rep.get_by_text(CARD)).to_have_count(0)
    assert "5566" not in rep.content() + str(
        rep.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    )

    # Shown again without a second question, it goes when the contact does.
    press(rep, "m")
    expect(rep.get_by_text(CARD)).to_be_visible()
    press(rep, "w", "w")
    expect(rep.get_by_role("heading", name="Wrap-up")).to_be_visible()
    press(rep, "1", "y", "w")
    rep.keyboard.type("Card blocked")
    rep.get_by_label("Open: Hear the reason").fill("not needed")
    press(rep, "f")
    expect(rep.get_by_text("Ready for the next contact")).to_be_visible()
    assert "5566" not in rep.content()
    go_offline(rep)
