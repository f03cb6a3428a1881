"""What people fill in about an entry of the library; an entry stands in a form as it does in a row of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapport.guides.library.content import Entry
from rapport.guides.library.reading import COLUMNS, LISTS, Known, cells_of, read_entry
from rapport.kit.documents import DocumentInvalid

if TYPE_CHECKING:
    from django.http import QueryDict

APPROACHES = [
    ("price", "Price: a better deal"),
    ("personal", "Personal: somebody who knows them"),
    ("tailored", "Tailored: made to fit their use"),
    ("structural", "Structural: what ties the two of us"),
]
NEWS = [("product", "News of our products"), ("partner", "News of the partner")]
LANGUAGES = [
    ("en", "English"), ("da", "Danish"), ("nl", "Dutch"), ("fi", "Finnish"), ("fr", "French"), ("de", "German"),
    ("hu", "Hungarian"), ("it", "Italian"), ("no", "Norwegian"), ("pt", "Portuguese"), ("ro", "Romanian"),
    ("ru", "Russian"), ("es", "Spanish"), ("sv", "Swedish"), ("tr", "Turkish"), ("other", "Another"),
]  # fmt: skip
CALLED = {"heading": "title", "text": "words", "review_on": "review", "news": "news of"}
"""What the columns are called in a comparison, where that is not their name."""
TOLD_APART = {
    "objection": ("What it is called", "How customers say it", "One example a line."),
    "rebuttal": ("What it is called", "What to say", "Plain words, as a rep would say them."),
    "article": ("The question", "The answer", "Short: for one question only."),
}
"""What the heading and the text of each kind are called, and what helps to write the text."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in: its cells, what they say, or what is wrong with them."""

    kind: str
    key: str
    cells: dict[str, str]
    entry: Entry | None = None
    faults: list[str] = field(default_factory=list)


def read(kind: str, key: str, sent: QueryDict, known: Known) -> Filled:
    """Return what was sent, read as the kind."""
    cells = {
        name: "\n".join(sent.getlist(name)) if name in LISTS else sent.get(name, "").replace("\r\n", "\n")
        for name in COLUMNS
        if name in sent
    }
    try:
        return Filled(kind, key, cells, entry=read_entry(kind, key, cells, known))
    except DocumentInvalid as error:
        return Filled(kind, key, cells, faults=[words for _, words in error.faults])


def filled(kind: str, key: str, entry: Entry) -> Filled:
    """Return the form with what an entry says."""
    return Filled(kind, key, cells_of(entry), entry=entry)
