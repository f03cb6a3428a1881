"""`rapport rally`: drafts a programme's Rally Notes and prints them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from rapport.accounts.doors import commanding
from rapport.kit import clock
from rapport.kit.arguments import a_day
from rapport.recognition import actions
from rapport.recognition.letter import as_text

if TYPE_CHECKING:
    from rapport.recognition.models import RallyNote


def run(arguments: list[str]) -> int:
    """Draft the notes of a day (today where none is given) and print them. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport rally", description="Draft the Rally Notes of a day from its own figures, and print them."
    )
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--day", type=a_day, metavar="DATE", help="local day as 2026-11-21; today by default")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    asked = parser.parse_args(arguments)
    with commanding(asked.programme) as programme:
        day = asked.day or clock.now().astimezone(programme.zone).date()
        note = actions.draft(programme=programme, day=day, actor="command")
    text = json.dumps(as_dict(note), indent=2, ensure_ascii=False) if asked.json else as_text(note)
    print(text, file=sys.stdout)
    return 0


def as_dict(note: RallyNote) -> dict[str, Any]:
    """Return the notes as JSON shows them."""
    return {
        "programme": note.programme.key,
        "day": note.day.isoformat(),
        "status": note.status,
        "figures": note.figures,
        "people": note.people,
        "comment": note.comment,
        "saves": note.saves,
        "awards": note.awards,
        "uncommon": note.uncommon,
        "tip": note.tip,
        "tip_evidence": note.tip_evidence,
        "our_news": note.our_news,
        "partner_news": note.partner_news,
    }
