"""A running installation with the stage set, and people in browsers of their own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from rapport.config.database_url import embedded
from rapport.runtime.rig import Installation

PASSWORD = "a journey of its own"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

CLOSES_IN_SECONDS = 20.0
PATIENCE_MS = 15_000  # a busy machine is slow; what is right comes in its time, and a test only waits until then

expect.set_options(timeout=PATIENCE_MS)

Enter = Callable[..., Page]


def set_stage(installation: Installation, module: str) -> None:
    """Run a module of this folder inside the running installation, which makes what its journeys need."""
    subprocess.run(
        [sys.executable, "-m", "rapport.runtime.child", module],
        env={
            **installation.environment,
            "DATABASE_URL": embedded(installation.home),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
        },
        check=True,
    )


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    with Installation(environment={"RAPPORT_INTERNAL_HOSTS": "localhost"}) as running:
        set_stage(running, "stage")
        assert running.becomes_ready()
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file; its event loop keeps Django out of this thread while it is open."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Journeys need Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        with ended_in_time():
            running.close()


@contextmanager
def ended_in_time() -> Iterator[None]:
    """Kill this process's Chromium where it does not close, as it rarely does for good: all was seen by then."""
    guard = Timer(CLOSES_IN_SECONDS, kill_chromium)
    guard.start()
    try:
        with suppress(Error):  # it was killed
            yield
    finally:
        guard.cancel()


def kill_chromium() -> None:
    """Kill the browsers whose driver is a child of this process."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            name, parent = parent_of(status)
            if name == "chromium" and parent_of(Path(f"/proc/{parent}/stat"))[1] == os.getpid():
                os.kill(int(status.parent.name), signal.SIGKILL)


def parent_of(status: Path) -> tuple[str, int]:
    """Return a process's name and its parent's number, by its line in /proc."""
    before, _, after = status.read_text().rpartition(")")
    return before.partition("(")[2], int(after.split()[1])


@pytest.fixture
def enter(browser: Browser, installation: Installation) -> Iterator[Enter]:
    """Open a browser of one's own at a path, signed in as ``who`` where given. Errors on a page fail the test."""
    contexts = []
    errors: list[str] = []

    def open_page(
        path: str,
        who: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        is_shut_out: bool = False,
        **options: object,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=installation.address, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on("console", lambda m: errors.append(told(page, m)) if is_error(m, is_shut_out) else None)
        if who:
            sign_in(page, who)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        with ended_in_time():
            context.close()
    assert errors == [], installation.warned()


def told(page: Page, message: ConsoleMessage) -> str:
    """Return what the console says, on which page and of which address."""
    return f"{page.url}: {message.text} ({message.location['url']})"


def is_error(message: ConsoleMessage, is_shut_out: bool) -> bool:
    """Say whether a console message tells of a fault.

    A form refused with 422 is an answer, as are 403 and 404 to whom the journey shuts out. A request given up
    because a later one took its place is no fault; a timed out one is.
    """
    answers = ("status of 422", "status of 403", "status of 404") if is_shut_out else ("status of 422",)
    is_replaced = "AbortError" in message.text and ".issue (" in message.text  # htmx's queue let the later one go
    return message.type == "error" and not is_replaced and not any(answer in message.text for answer in answers)


def sign_in(page: Page, who: str) -> None:
    """Sign in by the form that a person sends, without drawing its page and the one after it."""
    browser = {"User-Agent": page.evaluate("navigator.userAgent")}
    shown = page.request.get("/sign-in/", headers=browser)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.text())
    assert token is not None
    sent = {"username": who, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = page.request.post("/sign-in/", form=sent, headers={**browser, "Referer": shown.url}, max_redirects=0)
    assert answer.status == 302, answer.text()
