"""A call of ten minutes is delivered, heard in the browser by who may, and by nobody else."""

import json

import httpx
import pytest
from playwright.sync_api import Page, expect

from rapport.quality.recordings.tests.sounds import as_file, turns
from rapport.runtime.rig import Installation

from .conftest import Enter, set_stage
from .stage_recording import CALL

pytestmark = pytest.mark.journey

PAGE = f"/at/cards/contacts/{CALL}/"
ABOUT = {
    "call": "4711",
    "channels": "rep_customer",
    "consent": "announced",
    "pauses": [{"from": 400, "to": 430, "by": "rep", "cause": "card"}],
}
LEVELS = """async url => {
    const all = new Uint8Array(await (await fetch(url)).arrayBuffer()), half = all.length / 2;
    const loud = (from, to) => Math.max(...all.subarray(from, to), ...all.subarray(half + from, half + to));
    return [all.length, loud(4000, 4300), loud(3900, 4000), loud(4300, 4400)];
}"""
HEARD = """async ([url, from, to]) => {
    const raw = await (await fetch(url)).arrayBuffer();
    const sound = await new OfflineAudioContext(2, 1, 8000).decodeAudioData(raw);
    const channels = [0, 1].map(i => sound.getChannelData(i).subarray(from * 8000, to * 8000));
    return channels.map(one => one.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
}"""


def until(page: Page, said: str) -> None:
    """Wait until this is so on the page, whose policy lets not even Playwright's own waiting in."""
    for _ in range(150):
        if page.evaluate(said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not so within 15 s: {said}")


def test_ten_minutes_are_uploaded_played_sought_and_marked(enter: Enter, installation: Installation) -> None:
    set_stage(installation, "stage_recording")
    made = installation.command("token", "--programme", "cards", "--for", "recordings", "--name", "Recorder")
    headers = {"Authorization": f"Bearer {made.stdout.split()[-1]}", "Rapport-Recording": json.dumps(ABOUT)}
    at = f"{installation.address}/api/v1/programmes/cards/recordings"
    raw = as_file(turns(600))
    first, again = (httpx.post(at, content=raw, headers=headers, timeout=60) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200), first.text

    page = enter(PAGE, "rep")
    player = page.locator("[data-player]")
    expect(player.get_by_role("slider")).to_have_attribute("aria-valuemax", "600")
    expect(player.locator(".player-mark")).to_have_count(4)
    expect(player.get_by_text("Paused: Card data")).to_be_visible()
    length, paused, before, after = page.evaluate(LEVELS, player.get_attribute("data-outline"))
    assert (length, paused) == (12_000, 0)
    assert min(before, after) > 50

    player.get_by_role("button", name="5:00").click()
    player.get_by_role("button", name="Play", exact=False).first.click()
    sound = "document.querySelector('[data-player] audio')"
    until(page, f"{sound}.currentTime > 300.5 && {sound}.currentTime < 320")
    expect(player.locator(".player-mark[aria-current]")).to_contain_text("On hold")
    player.get_by_role("slider").focus()
    page.keyboard.press("Space")
    until(page, f"{sound}.paused")
    page.keyboard.press("n")
    until(page, f"Math.abs({sound}.currentTime - 330) < 0.5")
    page.keyboard.press(".")
    assert page.evaluate(f"{sound}.playbackRate") == 1.25

    player.get_by_label("Remark at").fill("Calm and clear")
    player.get_by_role("button", name="Keep it").click()
    expect(player.get_by_text("Calm and clear")).to_be_visible()
    page.reload()
    expect(page.locator(".player-mark.is-remark .player-at")).to_have_text("5:30")

    source = page.locator("[data-player] audio").get_attribute("src")
    assert page.evaluate(HEARD, [source, 400, 430]) == [0, 0]
    assert min(page.evaluate(HEARD, [source, 390, 399])) > 0.1

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0

    outsider = enter("/account/", "outsider", is_shut_out=True)
    for place in (source, page.locator("[data-player]").get_attribute("data-outline"), PAGE):
        assert outsider.request.get(place).status == 404
    colleague = enter("/account/", "rep2", is_shut_out=True)
    assert colleague.request.get(source).status == 404
