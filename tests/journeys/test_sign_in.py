"""Sign-in in a real browser: password and app code, recovery code, passkey, and sessions ended from elsewhere."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from .conftest import PASSWORD, Enter

pytestmark = pytest.mark.journey


def code_of(secret: str, used: list[int]) -> str:
    """Return a code of the app that was not used yet."""
    step = max([int(time.time()) // 30 - 1, *(one + 1 for one in used)])
    while step > int(time.time()) // 30 + 1:
        time.sleep(1)
    used.append(step)
    return str(format_hotp_value(hotp_value(secret, step)))


def type_password(page: Page, who: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_password_and_app_then_a_recovery_code(enter: Enter) -> None:
    page = enter("/account/", "twofold")
    used: list[int] = []
    page.get_by_role("link", name="Set up an authenticator app").click()
    secret = page.locator("[data-secret]").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret, used))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    recovery = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()

    elsewhere = enter("/sign-in/")
    type_password(elsewhere, "twofold")
    expect(elsewhere.get_by_role("heading", name="Second step")).to_be_visible()
    elsewhere.goto("/at/loans/desk/")
    expect(elsewhere.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()
    type_password(elsewhere, "twofold")
    elsewhere.get_by_label("Code").fill(code_of(secret, used))
    elsewhere.get_by_role("button", name="Go on").click()
    elsewhere.wait_for_url("**/at/loans/desk/")

    third = enter("/sign-in/")
    type_password(third, "twofold")
    third.get_by_label("Code").fill(recovery)
    third.get_by_role("button", name="Go on").click()
    third.wait_for_url("**/at/loans/desk/")
    third.goto("/account/")
    expect(third.get_by_text("9 recovery codes left")).to_be_visible()


def test_a_passkey_opens_alone(enter: Enter) -> None:
    page = enter("/account/", "keyed")
    keeper(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What you call it").fill("Work laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("listitem").filter(has_text="Work laptop")).to_contain_text("opens alone")
    page.get_by_role("button", name="Sign out").last.click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/at/loans/desk/")
    page.goto("/account/")
    expect(page.locator("#sessions").get_by_text("passkey").first).to_be_visible()
    # and as the second step after a password
    page.get_by_role("button", name="Sign out").last.click()
    type_password(page, "keyed")
    page.get_by_role("button", name="Use a passkey or key").click()
    page.wait_for_url("**/at/loans/desk/")


def keeper(page: Page) -> None:
    """Give the browser a keeper of passkeys that says yes by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_session_ended_elsewhere_closes_its_page(enter: Enter) -> None:
    desk = enter("/at/loans/desk/", "twice")
    expect(desk.locator("#stream-status")).to_have_attribute("data-state", "live")
    phone = enter("/account/", "twice", width=390, height=844)
    phone.get_by_role("button", name=re.compile("^End the session")).first.click()
    expect(phone.get_by_role("button", name=re.compile("^End the session"))).to_have_count(0)
    desk.wait_for_url("**/sign-in/**")
    expect(desk.get_by_text("You ended this session from another browser.")).to_be_visible()
