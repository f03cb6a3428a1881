"""What Rally Notes keep of a person: what a customer said, quoted without a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet

from rapport.kit.personal import Kept, Subject
from rapport.recognition.models import Hearing, News, NewsSigned, RallyNote, RallySeen, Tip


def _quoted(note: RallyNote) -> set[str]:
    """Return the public ids of the contacts a letter quotes."""
    said = {str(one["contact"]) for one in note.people if one.get("quote") and one.get("contact")}
    said |= {one["contact"] for one in note.uncommon if one["why"]}
    return said | ({str(note.comment["contact"])} if note.comment else set())


@dataclass(frozen=True)
class Quotes(Kept):
    """Letters, of which only the quotes go."""

    @property
    def deletes(self) -> bool:
        """The letters stay."""
        return False

    def there(self, rows: QuerySet[Model]) -> QuerySet[Model]:
        """Return the letters that quote somebody."""
        return rows.filter(pk__in=[one.pk for one in rows if isinstance(one, RallyNote) and _quoted(one)])

    def erase(self, subject: Subject) -> int:
        """Take the quotes of these people out of the letters that have any."""
        theirs = set(subject.contact_ids)
        return _without(self.of(subject), lambda contact: contact in theirs)

    def let_go(self, rows: QuerySet[Model]) -> int:
        """Take every quote out of the letters."""
        return _without(rows, lambda contact: True)


def _without(rows: QuerySet[Model], goes: Callable[[str], bool]) -> int:
    changed = 0
    for note in rows.select_for_update().order_by("pk"):
        assert isinstance(note, RallyNote)
        if not any(goes(contact) for contact in _quoted(note)):
            continue
        note.people = [{**one, "quote": ""} if goes(str(one.get("contact"))) else one for one in note.people]
        note.uncommon = [{**one, "why": ""} if goes(one["contact"]) else one for one in note.uncommon]
        if note.comment and goes(str(note.comment["contact"])):
            note.comment = None
        note.save(update_fields=["people", "uncommon", "comment"])
        changed += 1
    return changed


def _mine(subject: Subject) -> Q:
    theirs = set(subject.contact_ids)
    notes = RallyNote.objects.filter(programme_id=subject.programme_id)
    return Q(pk__in=[note.pk for note in notes if theirs & _quoted(note)] if theirs else [])


KEPT = (
    Quotes(
        key="recognition.quotes",
        title="Rally Notes that quote you, without your name",
        model=RallyNote,
        mine=_mine,
        shown={"day": "Day"},
        period="survey_comment",
        since="day",
    ),
)
STAYS = {
    RallyNote: (
        "figures",
        "people",
        "comment",
        "saves",
        "awards",
        "uncommon",
        "tip",
        "tip_evidence",
        "our_news",
        "partner_news",
    ),
    RallySeen: (),
    Tip: ("source", "ref", "measure", "text", "evidence", "retired_why"),
    Hearing: (),
    News: ("kind", "title", "text"),
    NewsSigned: (),
}
