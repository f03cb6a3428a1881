"""People of a partner come in by their company's own sign-in service, and go when its directory says so."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Page

from rapport.provisioning.tests.identity import SECRET, IdentityProvider
from rapport.provisioning.tests.scim import GROUP, PATCH, USER
from rapport.runtime.rig import Installation

Enter = Callable[..., Page]


@dataclass(frozen=True)
class Company:
    """A partner with an identity provider and a directory."""

    directory: httpx.Client

    def tell(self, method: str, path: str, content: object) -> dict[str, str]:
        """Have the directory tell something by SCIM; returns what came back."""
        answer = self.directory.request(method, path, json=content)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def company(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    provider = IdentityProvider(installation.address)
    folder = tmp_path_factory.mktemp("company")
    (folder / "secret").write_text(SECRET)
    (folder / "metadata.xml").write_text(provider.saml_metadata())
    oidc = {"key": "bank", "name": "The Bank", "kind": "oidc", **provider.oidc_rules()}
    saml = {
        "key": "bank-saml",
        "name": "The Bank",
        "kind": "saml",
        "metadata": "metadata.xml",
        **provider.saml_rules(),
    }
    for told in (oidc, saml):
        file = folder / f"{told['key']}.toml"
        file.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in told.items()))
        run(
            installation,
            "sso",
            "--file",
            str(file),
            *(("--secret-file", str(folder / "secret")) if told is oidc else ()),
        )
    run(installation, "groups", "--group", "Card reps", "--role", "rep")
    run(installation, "groups", "--group", "Card leads", "--role", "supervisor")
    token = run(installation, "token", "--name", "directory", "--for", "scim").split()[-1]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    with httpx.Client(base_url=f"{installation.address}/scim/v2/cards/", headers=headers) as directory:
        yield Company(directory)
    provider.stop()


def run(installation: Installation, command: str, *words: str) -> str:
    done = installation.command(command, "--programme", "cards", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sign_in_elsewhere(page: Page, who: str) -> None:
    page.wait_for_selector("text=The bank's sign-in")
    page.fill("[name=who]", who)
    page.click("button")


@pytest.mark.journey
def test_by_openid_connect_from_the_sign_in_page(company: Company, enter: Enter) -> None:
    page = enter("/sign-in/")
    page.click("text=Sign in with your company")
    page.fill("[name=company]", "bank")
    page.keyboard.press("Enter")
    sign_in_elsewhere(page, "ada")
    page.wait_for_url("**/at/cards/desk/")
    page.goto("/account/sessions/")
    assert "bank" in page.inner_text("main")


@pytest.mark.journey
def test_by_saml_a_group_gives_the_role(company: Company, enter: Enter) -> None:
    page = enter("/sign-in/with/bank-saml/")
    sign_in_elsewhere(page, "ada-lead")
    page.wait_for_url("**/at/cards/floor/")


@pytest.mark.journey
def test_who_is_in_no_group_reads_what_to_do(
    company: Company, browser: Browser, installation: Installation
) -> None:
    page = browser.new_page(base_url=installation.address)
    page.goto("/sign-in/with/bank-saml/")
    sign_in_elsewhere(page, "grace")
    page.wait_for_selector("text=You are not signed in")
    assert "you have no place here" in page.inner_text("main")
    page.close()


@pytest.mark.journey
def test_deactivation_by_scim_ends_an_open_stream_and_page_within_two_seconds(
    company: Company, enter: Enter
) -> None:
    told = company.tell("POST", "Users", {"schemas": [USER], "userName": "linus", "displayName": "Linus"})
    members = [{"value": told["id"]}]
    company.tell("POST", "Groups", {"schemas": [GROUP], "displayName": "card reps", "members": members})
    page = enter("/sign-in/with/bank/", is_shut_out=True)
    sign_in_elsewhere(page, "linus")
    page.wait_for_url("**/at/cards/desk/")
    stream = page.request.get("/at/cards/desk/ticket/").json()["url"]
    off = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    with httpx.stream("GET", stream, timeout=10) as response:
        lines = response.iter_lines()
        assert next(lines) == ": welcome"
        began = time.monotonic()
        company.tell("PATCH", f"Users/{told['id']}", off)
        answered = time.monotonic() - began
        rest = list(lines)
        took = time.monotonic() - began
    assert "event: closed" in rest
    assert took < 2, f"the stream ended after {took:.2f} s"
    page.wait_for_url("**/sign-in/**", timeout=max(1, (2 - took) * 1000))
    assert answered < took
    assert httpx.get(stream).status_code == 403
