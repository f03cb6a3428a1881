"""The mail server from the environment: off where absent, complete where set, and no secret shown."""

from pathlib import Path

import pytest

from rapport.config import mail
from rapport.kit.env import SettingError

SECRET = "do-not-show-me"
GOOD = {
    "RAPPORT_MAIL_HOST": "mail.example.com",
    "RAPPORT_MAIL_FROM": "notes@example.com",
    "RAPPORT_MAIL_USER": "notes",
    "RAPPORT_MAIL_PASSWORD": SECRET,
}


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_without_a_host_nothing_is_sent(env: pytest.MonkeyPatch) -> None:
    env.setenv("RAPPORT_MAIL_HOST", " ")
    assert mail.server() is None


@pytest.mark.parametrize(("tls", "port"), [("", 587), ("tls", 465)])
def test_a_server_is_read_encrypted_unless_said_otherwise(env: pytest.MonkeyPatch, tls: str, port: int) -> None:
    env.setenv("RAPPORT_MAIL_TLS", tls)
    found = mail.server()
    assert found is not None and (found.host, found.port) == ("mail.example.com", port)
    assert (found.tls, found.sender, found.domain) == (tls or "starttls", "notes@example.com", "example.com")
    assert (found.user, found.password) == ("notes", SECRET) and SECRET not in repr(found)


def test_a_relay_without_a_password_may_be_plain(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAPPORT_MAIL_USER", "RAPPORT_MAIL_PASSWORD"):
        env.delenv(name)
    env.setenv("RAPPORT_MAIL_TLS", "none")
    env.setenv("RAPPORT_MAIL_HOST", "[::1]")
    env.setenv("RAPPORT_MAIL_AUTHORITIES", str(tmp_path))
    with pytest.raises(SettingError, match="AUTHORITIES"):
        mail.server()
    (tmp_path / "ca.pem").write_text("")
    env.setenv("RAPPORT_MAIL_AUTHORITIES", str(tmp_path / "ca.pem"))
    found = mail.server()
    assert found is not None and (found.host, found.port, found.user) == ("::1", 25, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAPPORT_MAIL_HOST", "mail.example.com:25"),
        ("RAPPORT_MAIL_HOST", f"smtp://notes:{SECRET}@mail.example.com"),
        ("RAPPORT_MAIL_PORT", "0"),
        ("RAPPORT_MAIL_TLS", "ssl"),
        ("RAPPORT_MAIL_TLS", "none"),
        ("RAPPORT_MAIL_FROM", ""),
        ("RAPPORT_MAIL_FROM", "Notes <notes@example.com>"),
        ("RAPPORT_MAIL_USER", ""),
        ("RAPPORT_MAIL_PASSWORD", ""),
        ("RAPPORT_MAIL_PASSWORD", f"{SECRET}é"),
        ("RAPPORT_MAIL_USER", "a\r\nb"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_no_secret_shown(
    env: pytest.MonkeyPatch, name: str, value: str
) -> None:
    env.setenv(name, value)
    with pytest.raises(SettingError, match="RAPPORT_MAIL_") as refused:
        mail.server()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("good", ["", "https://desk.example.com", "http://127.0.0.1:8000/"])
def test_where_the_pages_are(monkeypatch: pytest.MonkeyPatch, good: str) -> None:
    monkeypatch.setenv("RAPPORT_URL", good)
    assert mail.pages() == good.rstrip("/")


@pytest.mark.parametrize(
    "bad",
    ["desk.example.com", "ftp://x.org", "https://x.org/at", "https://a@x.org", "https://", "https://x.org?a", "https://[x"],
)  # fmt: skip
def test_what_is_no_place_of_pages(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.setenv("RAPPORT_URL", bad)
    with pytest.raises(SettingError, match="RAPPORT_URL"):
        mail.pages()
