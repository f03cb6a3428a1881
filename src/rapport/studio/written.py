"""What the pages of texts in versions share: what was asked for and sent, and the steps of a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.http import HttpRequest

from rapport.kit.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.accounts.roles import Right

Step = Callable[[], object]


def number_asked(request: HttpRequest, newest: int) -> int:
    """Return the number of the version that is asked for; the newest one's where none is."""
    return _number(request.GET.get("version", "")) or newest


def number_seen(request: HttpRequest) -> int | None:
    """Return the number of the newest version that whoever writes has seen; None: there was none."""
    return _number(request.POST.get("instead_of", ""))


def text_sent(request: HttpRequest) -> str:
    """Return the text of a form, with plain ends of lines."""
    return request.POST.get("text", "").replace("\r\n", "\n")


def step_asked(
    request: HttpRequest, member: Member, steps: Mapping[str, Step], *, writes: Right, approves: Right
) -> Step:
    """Return the step of a version that is asked for; Forbidden where the member may not take it."""
    asked = request.POST.get("do", "")
    if asked not in steps:
        raise Invalid("There is no such step.")
    if not member.may(writes if asked == "submit" else approves):
        raise Forbidden("You may look at this, and not do it. Ask who approves it.")
    return steps[asked]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 9 else None
