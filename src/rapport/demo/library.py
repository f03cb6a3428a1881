"""What customers of the demonstration's bank object, what reps answer, and what they look up: library.toml."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts.queries import member_by_agent_id
from rapport.demo.people import MANAGER, SUPERVISOR
from rapport.guides.library import actions
from rapport.guides.library.access import access_entry
from rapport.guides.library.content import Article, Library
from rapport.guides.library.queries import live_by_key, today_of
from rapport.guides.library.reading import read_library
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FILE = Path(__file__).with_name("library.toml")
OVERDUE = "pay-abroad"
WAITING = "late-fee"  # a new version of it waits to be approved


def stock(programme: Programme, *, since: datetime) -> None:
    """Have the library written by the supervisor and approved by the manager on the programme's first day."""
    supervisor = member_by_agent_id(programme, SUPERVISOR)
    manager = member_by_agent_id(programme, MANAGER)
    assert supervisor is not None and manager is not None
    library = _to_review(read_library(FILE.read_text()), programme)
    with clock.at(since):
        actions.save_library(programme=programme, library=library, by=supervisor, actor=f"member:{supervisor.pk}")
        for _, key, _ in library.entries():  # objections first, so that rebuttals find theirs
            _publish(programme, key, supervisor, manager)
    _hand_in(programme, supervisor)


def _to_review(library: Library, programme: Programme) -> Library:
    """Return the library with days of review in the months to come, and one that has passed."""
    today = today_of(programme)
    content = library.model_dump()
    for place, (kind, key, _) in enumerate(library.entries()):
        days = -7 if key == OVERDUE else 20 + place * 37 % 160
        content[f"{kind}s"][key]["review_on"] = today + timedelta(days=days)
    return Library.model_validate(content)


def _publish(programme: Programme, key: str, writer: Member, approver: Member) -> None:
    entry = access_entry(programme, key)
    actions.submit(entry=entry, number=1, actor=f"member:{writer.pk}")
    actions.approve(entry=entry, number=1, by=approver, actor=f"member:{approver.pk}")
    actions.publish(entry=entry, number=1, actor=f"member:{approver.pk}")


def _hand_in(programme: Programme, writer: Member) -> None:
    now = live_by_key(programme, WAITING).entry
    assert isinstance(now, Article)
    answer = now.answer.replace("Once in twelve months", "Twice in twelve months")
    actor = f"member:{writer.pk}"
    entry = actions.save_draft(
        programme=programme,
        kind="article",
        key=WAITING,
        content=now.model_copy(update={"answer": answer}),
        instead_of=1,
        note="The bank allows it twice from now on",
        by=writer,
        actor=actor,
    )
    actions.submit(entry=entry, number=2, actor=actor)
