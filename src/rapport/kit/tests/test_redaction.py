"""Secrets in free text: found across what people type, hidden for good, and little else is taken for one."""

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rapport.kit import checksums, redaction
from rapport.kit.redaction import find, is_secret, mask, mask_parts

SEPARATORS = ["", " ", "-", ".", "  ", " - ", "\u00a0", "\u200b", "–", "\n", "_", "/", ","]
PREFIXES = ["4", "51", "55", "2221", "2720", "34", "37", "36", "300", "3528", "6011", "65", "50", "62"]
SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"]  # noqa: RUF001 - digits of other scripts
words = st.text(string.ascii_lowercase + " ", max_size=20)


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A number that a card network could issue."""
    prefix = draw(st.sampled_from(PREFIXES))
    length = {"34": 15, "37": 15, "36": 14, "300": 14}.get(prefix, 16)
    rest = length - len(prefix) - 1
    body = prefix + draw(st.text("0123456789", min_size=rest, max_size=rest))
    digits = body + checksums.luhn_digit(body)
    assume(len(set(digits)) > 1)
    return digits


@st.composite
def typed(draw: st.DrawFn, digits: str) -> str:
    """The digits as somebody might type them."""
    size = draw(st.sampled_from([1, 2, 4, len(digits)]))
    separator = draw(st.sampled_from(SEPARATORS))
    script = draw(st.sampled_from(SCRIPTS))
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    return separator.join(groups).translate(str.maketrans(SCRIPTS[0], script))


SECRETS = ["123-45-6789", "AB123456C", "12345678Z", "529.982.247-25", "2 55 08 14 168 025 38", "RSSMRA85T10A562S"]


@given(
    st.data(),
    st.one_of(
        cards(),
        st.sampled_from([*SECRETS, "GB82 WEST 1234 5698 7654 32"]),
        st.text("0123456789AZb- .", max_size=25),
    ),
    st.sampled_from(["", "", "x", " ", "7", "no "]),
)
def test_a_field_is_secret_where_all_of_it_is_one(data: st.DataObject, told: str, beside: str) -> None:
    text = beside + (data.draw(typed(told)) if told.isdigit() else told)
    found = [(one.start, one.end) for one in find(text.strip())]
    assert is_secret(text) == (found == [(0, len(text.strip()))])


@pytest.mark.parametrize("secret", SECRETS)
def test_a_national_number_alone_is_secret(secret: str) -> None:
    assert is_secret(secret)


@given(st.data(), cards(), words, words)
def test_a_card_number_is_hidden_however_it_is_typed(
    data: st.DataObject, card: str, before: str, after: str
) -> None:
    text = f"{before} {data.draw(typed(card))} {after}"
    masked = mask(text)
    assert "card" in masked.kinds
    assert len(checksums.plain_digits(masked.text)) <= 4


@given(st.text())
def test_any_text_can_be_masked_and_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert find(once.text) == []
    assert len(once.text) <= len(text)


@given(st.lists(st.text(string.digits + " -.,+:x", max_size=40), max_size=5))
def test_digits_and_separators_of_any_kind_can_be_masked(parts: list[str]) -> None:
    text = "".join(parts)
    assert find(mask(text).text) == []
    masked = mask_parts(parts)
    assert len(masked) == len(parts)
    assert all(len(one.text) <= len(part) for one, part in zip(masked, parts, strict=True))


@example("370000000000002", 7, "w")  # its second part with what follows looks like a national number
@given(cards(), st.integers(2, 12), words)
def test_a_number_in_two_messages_is_hidden_in_both(card: str, cut: int, other: str) -> None:
    first, second = mask_parts([f"it is {card[:cut]}", f"{card[cut:]} {other}"])
    assert card[:cut] not in first.text
    assert card[cut:] not in second.text
    assert "card" in second.kinds


@given(st.sampled_from(["GB", "DE", "FR", "NL", "NO"]), st.data())
def test_an_iban_is_hidden(country: str, data: st.DataObject) -> None:
    size = checksums.IBAN_LENGTHS[country] - 4
    bank = data.draw(st.text(string.ascii_uppercase, max_size=4))
    account = bank + data.draw(st.text(string.digits, min_size=size - len(bank), max_size=size - len(bank)))
    iban = checksums.with_iban_digits(country, account)
    spelt = data.draw(st.sampled_from([iban, iban.lower(), " ".join(iban[at : at + 4] for at in range(0, 34, 4))]))
    assert checksums.is_iban(iban)
    assert iban[4:-4].lower() not in mask(f"to {spelt} please").text.lower().replace(" ", "")
    assert is_secret(iban)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4242 4242 4242 4242", "•••• 4242"),
        ("3782 822463 10005", "•••• 0005"),
        ("my cvv is 123.", "my cvv is •••."),
        ("CVC: 9876", "CVC: ••••"),
        ("pin 4711", "pin ••••"),
        ("my SSN 123-45-6789", "my SSN ••••"),
        ("AB 12 34 56 C is mine", "•••• is mine"),
        ("RSSMRA85T10A562S", "••••"),
        ("12345678Z", "••••"),
        ("255081416802538", "••••"),
        ("111.444.777-35", "••••"),
        ("DE89 3704 0044 0532 0130 00 and 4000056655665556", "•••• 3000 and •••• 5556"),
        ("ref AB12 DE89370400440532013000", "ref AB12 •••• 3000"),
        ("card no. 1234567890128", "card no. •••• 0128"),
    ],
)
def test_what_is_hidden_and_what_stays(text: str, shown: str) -> None:
    assert mask(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "+49 151 23456789012",
        "call 0044 7700 900001 or 020 7946 0018",
        "2026-11-21 23:57:08.123456",
        "between 21.11.2026 10:30 and 22.11.2026 11:45",
        "order 1234567890 of 99.95, 12.50, 3000 and 4000",
        "0192f3a4-1234-7678-9012-345678901234",
        "sha 4242424242424242a4242424242424242424242f",
        "0.4242424242424242",
        "1764000000000000",
        "[4000, 56, 6556, 6555, 56, 4242, 4242, 4242, 4242]",
        "in 3 to 5 days, 24 hours a day",
        "123-45-678",
        "the pin is on its way",
    ],
)
def test_what_people_write_every_day_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("question", "answer", "shown"),
    [
        ("What is your PIN please?", "4711", "••••"),
        ("And the security code on the back?", "it's 123, why?", "it's •••, why?"),
        ("What is your PIN please?", "1,234.56 and 20,000", "1,234.56 and 20,000"),
        ("Which year?", "1987", "1987"),
    ],
)
def test_a_bare_number_is_a_code_where_one_was_asked_for(question: str, answer: str, shown: str) -> None:
    assert redaction.mask_answer(question, answer).text == shown


def test_what_was_hidden_is_told_once_to_whoever_wrote_it() -> None:
    with redaction.noticing() as kinds:
        redaction.clean("4242 4242 4242 4242")
        redaction.clean("5555 5555 5555 4444, cvv 123")
    assert redaction.told(kinds) == (
        "We hid a card number and a security code: such numbers do not belong in a text."
    )
    redaction.clean("4242 4242 4242 4242")  # outside, nobody is told
    assert redaction.told(()) == ""
