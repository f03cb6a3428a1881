"""What `rapport routing` does with a programme's plan."""

from __future__ import annotations

from rapport.accounts.doors import commanding
from rapport.routing import publishing, versions
from rapport.routing.plan.holidays import Added, with_holidays
from rapport.routing.plan.reading import read_plan


def do(what: str, *, programme_key: str, text: str, note: str) -> str:
    """Check, publish or export the plan of a programme; return what to say."""
    with commanding(programme_key) as programme:
        if what == "export":
            return versions.text_in_force(programme).removesuffix("\n")
        if what == "check":
            read_plan(text, versions.known_names(programme))
            return f"The plan has no faults, and {programme.key} has every name in it."
        before = versions.version_in_force(programme)
        made = publishing.save_draft(programme=programme, text=text, note=note)
        if made.state == "in_force":
            return f"Version {made.number} says this already, and is in force."
        number = before.number if before else None
        done = publishing.publish(programme=programme, number=made.number, instead_of=number, note=note)
        return f"Version {done.number} is in force on {programme.key}."


def holidays(programme_key: str, calendar: str, content: bytes) -> Added:
    """Return the plan in force with the days of a calendar file put in; nothing is kept."""
    with commanding(programme_key) as programme:
        return with_holidays(versions.text_in_force(programme), calendar, content, zone=programme.zone)
