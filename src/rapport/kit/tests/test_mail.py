"""Sending e-mail through a real server: what came of it is told apart, and nothing secret is said."""

import logging
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit import mail
from rapport.kit.errors import Invalid
from rapport.kit.tests.post import PASSWORD, SENDER, USER, Box, post_office
from rapport.kit.tests.s3 import certify, free

TO = "ada@example.org"


def a_letter(words: str = "Hello") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = words[:60], SENDER, TO
    made.set_content(words)
    return made


def sent(server: mail.Server, *letters: EmailMessage) -> None:
    with mail.connected(server) as line:
        for one in letters:
            mail.hand_over(line, server, one, to=TO)


def test_a_letter_comes_as_it_was_written_in_any_script() -> None:
    words = "Grüße aus Zürich — 日本語\n" + "x" * 5000 + "\n.\n..and on\nFrom here"
    with post_office(box := Box()) as server:
        sent(server, a_letter("Grüße"), a_letter(words.split("\n")[1]))
        letter = EmailMessage()
        letter.set_content(words)
        sent(server, letter)
    assert box.to == [TO] * 3 and box.taken[0]["Subject"] == "Grüße" and box.taken[0]["From"] == SENDER
    assert box.taken[2].get_content().replace("\r\n", "\n") == words + "\n"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that TLS began with the line
@pytest.mark.parametrize("over_tls", [False, True])
def test_the_line_is_encrypted_and_signed_in(
    tmp_path: Path, over_tls: bool, caplog: pytest.LogCaptureFixture
) -> None:
    certify(tmp_path)
    with (
        caplog.at_level(logging.DEBUG),
        post_office(box := Box(), certificates=tmp_path, over_tls=over_tls) as server,
    ):
        assert server.user == USER
        sent(server, a_letter())
        assert len(box.taken) == 1
        for wrong, words in (
            (replace(server, password="wrong"), r"does not let us in \(535\)"),
            (replace(server, authorities=None), "certificate that we trust"),
            (replace(server, host="localhost"), "certificate that we trust"),
        ):
            with pytest.raises(mail.Unusable, match=words) as refused:
                sent(wrong, a_letter())
            assert USER not in str(refused.value) and PASSWORD not in repr(wrong)
        if not over_tls:
            with pytest.raises(mail.Unusable):
                sent(replace(server, tls="none", user=""), a_letter())
    assert len(box.taken) == 1
    assert PASSWORD not in caplog.text


def test_a_server_without_tls_gets_nothing_where_tls_is_asked() -> None:
    with post_office(box := Box()) as server:
        for tls in ("starttls", "tls"):
            with pytest.raises(mail.Unusable, match="cannot be used"):
                sent(replace(server, tls=tls), a_letter())
    assert box.taken == []


def test_nobody_there() -> None:
    with pytest.raises(mail.Unusable, match="ConnectionRefusedError"):
        sent(mail.Server("127.0.0.1", free(1)[0], "none", SENDER), a_letter())


@pytest.mark.parametrize(
    ("where", "answer", "is_lasting"),
    [
        (TO, "451 try later", False),
        (TO, "550 5.1.1 <ada@example.org> unknown here", True),
        ("DATA", "452 4.2.2 full: ada@example.org", False),
        ("DATA", "554 no", True),
    ],
)
def test_refused_for_now_or_for_good_without_the_address(where: str, answer: str, is_lasting: bool) -> None:
    with post_office(box := Box(says={where: answer})) as server:
        with pytest.raises(mail.Refused, match=answer[:3]) as refused:
            sent(server, a_letter())
        assert refused.value.is_lasting is is_lasting and "ada" not in str(refused.value)
        box.says.clear()
        sent(server, a_letter())
    assert len(box.taken) == 1


def test_who_may_not_send_is_no_fault_of_the_letter() -> None:
    box = Box(says={"MAIL": "550 you <notes@desk.example> may not"})
    with post_office(box) as server, pytest.raises(mail.Unusable, match=r"from us \(550\)") as refused:
        sent(server, a_letter())
    assert SENDER not in str(refused.value)


def test_no_answer_is_neither_taken_nor_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    box = Box()
    box.slow = 1.0
    with post_office(box) as server, pytest.raises(mail.Unanswered):
        sent(server, a_letter())
    assert len(box.taken) == 1


@pytest.mark.parametrize(
    "raw",
    [
        "", "ada", "ada@", "@example.org", "ada@example", "ada@example.org, bob@example.org", "ada@exa mple.org",
        "Ada <ada@example.org>", "ada@example.org\r\nBcc: bob@example.org", "ada\n@example.org",
        "äda@example.org", "ada@exämple.org", '"a b"@example.org', "a" * 65 + "@example.org", "a;b@x.org",
        "ada@" + "a." * 130 + "org", "a,b@x.org", "ada@example.org\x00", "ada@[127.0.0.1]", "ada@example.org>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        mail.address(raw)


def test_an_address_keeps_its_name_as_it_is() -> None:
    assert mail.address("  Ada.Byron+desk@EXAMPLE.Org ") == "Ada.Byron+desk@example.org"


@given(st.text(max_size=300))
def test_an_address_is_one_line_and_one_reader_whatever_is_typed(raw: str) -> None:
    try:
        found = mail.address(raw)
    except Invalid:
        return
    letter = a_letter()
    del letter["To"]
    letter["To"] = found
    assert [one.addr_spec for one in letter["To"].addresses] == [found]


@given(st.binary(max_size=400), st.integers(400, 599))
def test_what_a_server_says_is_one_short_line_without_addresses(said: bytes, code: int) -> None:
    told = str(mail._refused(code, said + b" <ada@example.org>"))
    assert told.isprintable() and len(told) <= 170 and "ada@example" not in told and told.startswith(str(code))
