"""Finding and hiding what must never stand in free text: card numbers, IBANs, security codes, national numbers.

Pure: text in, text out. Digits are found in every script and across the separators people type (blanks, dashes,
dots, line breaks, invisible characters). What is hidden is gone for good; of a card or an IBAN the last four
characters stay, so that people can still tell which one was meant. What it cannot see: numbers written as words,
in pictures, or spread over messages that lie more than a minute apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rapport.kit import checksums

HIDDEN = "••••"
WORDS = {
    "card": "a card number",
    "iban": "an account number",
    "code": "a security code",
    "national": "a national number",
}
_GAP = r"(?:[\s\-‐‑‒–—−./_|*·\u200b-\u200d\u2060\ufeff]{1,3}|,)"  # noqa: RUF001 - the dashes that people type
_RUN = re.compile(rf"\d(?:(?:{_GAP})?\d){{12,80}}")
_GROUP = re.compile(r"\d+")
_THREE_DIGITS = re.compile(r"(?:\d\D*){3}")
_KEYWORD = re.compile(
    r"\b(?:card|visa|master ?card|amex|maestro|karte|kartennummer|carte|tarjeta|carta|pan)\b", re.IGNORECASE
)
_NEAR = 40  # characters before a number in which a word for a card counts
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_DIGEST = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{32,}(?![0-9A-Za-z])", re.IGNORECASE)
_ACCOUNT = r"[A-Za-z]{2}[0-9]{2}(?:[ \-.\u00a0]?[0-9A-Za-z]){11,30}"
_IBAN = re.compile(rf"(?<![0-9A-Za-z])(?=({_ACCOUNT}))")
_CODE_WORD = (
    r"\b(?:cvv2?|cvc2?|cvn|csc|pin|security code|card verification (?:code|value|number)|prüfziffer|"
    r"sicherheitscode|kartenprüfnummer)\b"
)
_CODE = re.compile(
    rf"{_CODE_WORD}(?:\s+(?:is|ist|code|number|no\.?|nr\.?|#)){{0,2}}[\s:=#-]{{0,3}}(\d{{3,6}})(?!\d)",
    re.IGNORECASE,
)
_ASKS_FOR_CODE = re.compile(_CODE_WORD, re.IGNORECASE)
_BARE_CODE = re.compile(r"(?<!\d)(?<!\d[.,])\d{3,6}(?![.,]?\d)")
_SHAPES = (
    (r"\d{3}-\d{2}-\d{4}", checksums.is_us_social_security),
    (r"[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]", checksums.is_uk_insurance),
    (r"\d{8}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]", checksums.is_spanish_dni),
    (r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.is_brazilian_cpf),
    (r"[12](?: ?\d){4} ?[\dABab](?: ?\d){9}", checksums.is_french_insee),
    (r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]", checksums.is_italian_tax_code),
)
_NATIONAL = tuple(
    (re.compile(rf"(?<![\dA-Za-z]){shape}(?![\dA-Za-z-])", re.ASCII), is_valid) for shape, is_valid in _SHAPES
)
_WHOLE = re.compile("|".join([_RUN.pattern, _ACCOUNT, *(shape for shape, _ in _SHAPES)]))
"""What a text that is one secret and nothing else looks like: those that do not need no closer look."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something secret in a text: what it is and where, ``end`` exclusive."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets, and the kinds of them that were there."""

    text: str
    kinds: tuple[str, ...] = ()


def find(text: str) -> list[Found]:
    """Return the secrets in the text in order, none overlapping another."""
    if not _THREE_DIGITS.search(text):  # the shortest secret is a code of three
        return []
    found = sorted([*_cards(text), *_ibans(text), *_codes(text), *_nationals(text)], key=_by_place)
    kept: list[Found] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _by_place(one: Found) -> tuple[int, int]:
    return one.start, -one.end


def mask(text: str) -> Masked:
    """Return the text with every secret hidden; masking it again changes nothing."""
    kinds: list[str] = []
    while found := find(text):
        kinds += [one.kind for one in found if one.kind not in kinds]
        for one in reversed(found):
            text = text[: one.start] + _shown(one.kind, text[one.start : one.end]) + text[one.end :]
    return Masked(text, tuple(kinds))


def mask_parts(parts: Sequence[str]) -> list[Masked]:
    """Mask texts that follow each other as one, so that a number split over them is found in all its parts.

    What is split is looked for first: a part of it may look like another secret, which would hide half of it.
    """
    split = _mask_split([Masked(part) for part in parts])
    alone = [Masked((one := mask(part.text)).text, _joined(part.kinds, one.kinds)) for part in split]
    return _mask_split(alone)


def _mask_split(parts: Sequence[Masked]) -> list[Masked]:
    """Hide what is a secret over several parts, in all of them."""
    masked, texts = list(parts), [part.text for part in parts]
    starts = [sum(len(text) + 1 for text in texts[:index]) for index in range(len(texts))]
    for one in reversed(find("\n".join(texts))):
        within = [
            (max(one.start - start, 0), min(one.end - start, len(text)))
            for start, text in zip(starts, texts, strict=True)
        ]
        touched = [index for index, (first, last) in enumerate(within) if first < last]
        for index in touched if len(touched) > 1 else ():
            first, last = within[index]
            text = masked[index].text
            hidden = text[:first] + HIDDEN[: last - first] + text[last:]
            masked[index] = Masked(hidden, _joined(masked[index].kinds, (one.kind,)))
    return masked


def _joined(kinds: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*kinds, *more]))


def mask_answer(question: str, text: str) -> Masked:
    """Mask the answer to a message that may have asked for a PIN or a security code: a bare number is one then."""
    masked = mask(text)
    if not _ASKS_FOR_CODE.search(question):
        return masked
    hidden = _BARE_CODE.sub(lambda match: _shown("code", match[0]), masked.text)
    was_there = hidden != masked.text and "code" not in masked.kinds
    return Masked(hidden, (*masked.kinds, "code")) if was_there else Masked(hidden, masked.kinds)


def is_secret(text: str) -> bool:
    """Say whether the whole text is one secret, such as a card number in a field of its own."""
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return False
    found = find(text)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(text))


def _shown(kind: str, secret: str) -> str:
    """Return what stays of a secret."""
    if kind not in ("card", "iban"):
        return HIDDEN[: len(secret)]  # what is masked is never longer than what was typed
    plain = [character for character in secret if character.isalnum()]
    return f"{HIDDEN} {''.join(plain[-4:])}"


def _cards(text: str) -> Iterator[Found]:
    apart = [match.span() for pattern in (_UUID, _DIGEST) for match in pattern.finditer(text)]
    for run in _RUN.finditer(text):
        if any(start < run.end() and run.start() < end for start, end in apart):
            continue
        yield from _cards_in(text, run.start(), run.end())


def _cards_in(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield the card numbers in a run of groups of digits, each made of whole groups."""
    groups = [(match.start() + start, match.end() + start) for match in _GROUP.finditer(text[start:end])]
    index = 0
    while index < len(groups):
        last = _card_from(text, groups, index)
        if last is None:
            index += 1
        else:
            yield Found("card", groups[index][0], groups[last][1])
            index = last + 1


def _card_from(text: str, groups: Sequence[tuple[int, int]], first: int) -> int | None:
    """Return the last group of the longest card number that begins with group ``first``."""
    begin = groups[first][0]
    if text[max(begin - 1, 0) : begin] == "+" or _is_fraction(text, groups, first):
        return None
    named = _KEYWORD.search(text, max(begin - _NEAR, 0), begin) is not None
    digits, sizes, best = "", list[int](), None
    for index in range(first, len(groups)):
        digits += checksums.plain_digits(text[slice(*groups[index])])
        sizes.append(groups[index][1] - groups[index][0])
        if len(digits) > checksums.LONGEST_CARD:
            break
        if (named and checksums.is_luhn_card(digits)) or (
            checksums.is_issued_card(digits) and checksums.is_card_grouping(sizes)
        ):
            best = index
    return best


def _is_fraction(text: str, groups: Sequence[tuple[int, int]], first: int) -> bool:
    """Say whether a long group is the fraction of a number: ``0.4242424242424242``."""
    begin, end = groups[first]
    return end - begin > 9 and begin >= 2 and text[begin - 1] == "." and text[begin - 2].isdecimal()


def _ibans(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        at = [place for place in range(*match.span(1)) if text[place].isalnum()]
        length = checksums.IBAN_LENGTHS.get(text[at[0] : at[1] + 1].upper())
        if length is None or len(at) < length:
            continue
        end = at[length - 1] + 1
        plain = "".join(text[place] for place in at[:length]).upper()
        if not text[end : end + 1].isalnum() and checksums.is_iban(plain):
            yield Found("iban", match.start(), end)


def _codes(text: str) -> Iterator[Found]:
    for match in _CODE.finditer(text):
        yield Found("code", match.start(1), match.end(1))


def _nationals(text: str) -> Iterator[Found]:
    for pattern, is_valid in _NATIONAL:
        for match in pattern.finditer(text):
            if is_valid(re.sub(r"[^0-9A-Za-z]", "", match[0]).upper()):
                yield Found("national", match.start(), match.end())


_hidden: ContextVar[list[str] | None] = ContextVar("rapport_hidden", default=None)


def clean(text: str) -> str:
    """Mask the text, and remember for :func:`noticing` what was hidden. What actions call before they store."""
    masked = mask(text)
    remember(masked.kinds)
    return masked.text


def remember(kinds: Sequence[str]) -> None:
    """Note for the person who wrote it that something was hidden."""
    noted = _hidden.get()
    if noted is not None:
        noted += [kind for kind in kinds if kind not in noted]


@contextmanager
def noticing() -> Iterator[list[str]]:
    """Collect the kinds of secrets that are hidden in the block, so that the person can be told."""
    noted: list[str] = []
    token = _hidden.set(noted)
    try:
        yield noted
    finally:
        _hidden.reset(token)


def told(kinds: Sequence[str]) -> str:
    """Return the sentence that tells a person what was hidden; empty where nothing was."""
    if not kinds:
        return ""
    names = [WORDS[kind] for kind in kinds]
    return f"We hid {' and '.join(names)}: such numbers do not belong in a text."
