"""Take the pictures of docs/images/ from a running demonstration: `python tools/screenshots.py [ADDRESS]`.

A customer writes, the rep of the demonstration takes the chat, and the pages are photographed in light colours.
"""

import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

IMAGES = ROOT / "docs" / "images"
LARGEST = 300_000  # bytes of one picture
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
WIDE, TALL = (1440, 900), (390, 844)
PATIENCE_MS = 90_000
COMPOSER = re.compile("^Message to")
LISTEN_MS = 12_000  # for the other side's answer


class Studio:
    """Opens pages of a running demonstration, each in a browser session of its own."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.passwords = passwords()

    def enter(self, path: str, who: str = "", size: tuple[int, int] = WIDE) -> Page:
        """Open ``path``, signed in as ``who`` where given."""
        page = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            base_url=self.address,
            color_scheme="light",
            locale="en-GB",
            reduced_motion="reduce",
        ).new_page()
        page.set_default_timeout(PATIENCE_MS)
        if who:
            sign_in(page, who, self.passwords[who])
        show(page, path)
        return page


def passwords() -> dict[str, str]:
    """Return how the demonstration's people sign in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django

    django.setup()
    from rapport.demo.people import PASSWORDS

    return PASSWORDS


def sign_in(page: Page, who: str, password: str) -> None:
    """Sign in as one of the demonstration's people."""
    page.goto("/sign-in/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def show(page: Page, path: str) -> None:
    """Go to ``path``; stop where it answers with a refusal or a fault."""
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise SystemExit(f"{path} answered {answer.status if answer else 'nothing'}.")


def keep(page: Page, name: str) -> None:
    """Write the picture of what the page shows, small enough."""
    if page.locator("#stream-status").count():
        expect(page.locator("#stream-status")).to_have_attribute("data-state", "live")
    page.wait_for_timeout(1500)  # charts and fonts
    picture = smaller(page.screenshot(animations="disabled"))
    if len(picture) >= LARGEST:
        raise SystemExit(f"{name}.png has {len(picture):,} bytes; {LARGEST:,} are allowed.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / f"{name}.png").write_bytes(picture)
    print(f"wrote docs/images/{name}.png, {len(picture):,} bytes")


def smaller(png: bytes) -> bytes:
    """Return the picture with its pixels packed as tightly as the format allows."""
    chunks = list(parts(png))
    pixels = zlib.compress(zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT")), 9)
    kept = [(kind, data) for kind, data in chunks if kind in (b"IHDR", b"PLTE", b"tRNS")]
    written = [*kept, (b"IDAT", pixels), (b"IEND", b"")]
    packed = png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in written
    )
    return min(packed, png, key=len)


def parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the data of each chunk of a PNG."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def become_available(rep: Page) -> None:
    """Read the Rally Notes where they are to be read first, then take contacts."""
    show(rep, "/at/cards/rally/")
    if rep.locator('[data-key="r"]').count():
        rep.keyboard.press("r")
        rep.wait_for_timeout(1000)
    keep(rep, "rally")
    show(rep, "/at/cards/desk/")
    free = rep.get_by_role("button", name="I am available")
    if free.is_visible():
        free.click()


def talk(rep: Page) -> None:
    """Let the rep take the next chat, say a few words to its simulated customer, and follow the guide."""
    accept = rep.get_by_role("button", name="Accept")
    expect(accept.or_(rep.get_by_label(COMPOSER))).to_be_visible()
    if accept.is_visible():
        accept.press("Enter")
    for _ in range(2):
        follow_guide(rep)
        rep.wait_for_timeout(LISTEN_MS)


def follow_guide(rep: Page) -> None:
    """Say the words of the guide's step, as they are written there, and go on to the next."""
    now, composer = rep.locator("#guide-now"), rep.get_by_label(COMPOSER)
    step = now.locator("h3").inner_text()
    now.get_by_role("button", name=re.compile("^Use")).first.click()
    expect(composer).not_to_have_value("")
    composer.press("Enter")
    expect(composer).to_have_value("")
    now.get_by_role("button", name="Done").click()
    expect(now.locator("h3")).not_to_have_text(step)


def write_to_us(customer: Page) -> None:
    """Let a customer of the demonstration begin a chat."""
    customer.locator("label.choice-item").first.click()
    customer.get_by_label("Your message").fill("The yearly fee came out again. I am thinking of closing the card.")
    customer.get_by_label("Your e-mail address").fill("ada@example.org")
    customer.get_by_role("button", name="Send and wait").click()
    expect(customer.get_by_label("Write a message")).to_be_visible()


def photograph(studio: Studio) -> None:
    """Walk through the pages."""
    rep = studio.enter("/", "rep")
    become_available(rep)
    talk(rep)
    keep(rep, "desk")
    customer = studio.enter("/p/cards/", size=TALL)
    write_to_us(customer)
    keep(customer, "portal")
    supervisor = studio.enter("/at/cards/floor/", "supervisor")
    keep(supervisor, "floor")
    show(supervisor, "/at/cards/reports/")
    keep(supervisor, "report")


def main(words: list[str]) -> int:
    """Take the pictures of the demonstration at the address given, or at the usual one."""
    address = words[0] if words else "http://localhost:8000"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            photograph(Studio(browser, address))
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
