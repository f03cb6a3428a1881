"""The desk of texts in versions: one is written, tried on the page, handed in, approved, published, withdrawn.

What is a text's own, such as what it says, who may write it and its words, is told when a desk is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages, versions
from rapport.kit.documents import DocumentInvalid
from rapport.kit.errors import DomainError, Forbidden, Invalid
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

Step = Callable[[], object]
DONE = {
    "submit": "Handed in. Somebody else approves it.",
    "approve": "Approved. It can be published.",
    "send_back": "Sent back with what to put right.",
    "publish": "Published.",
    "call_off": "It waits again.",
    "withdraw": "Withdrawn.",
}


class Document(Protocol):
    """What has versions."""

    @property
    def key(self) -> str:
        """What it is known by."""
        ...

    @property
    def programme(self) -> Programme:
        """Whose it is."""
        ...

    @property
    def versions(self) -> Any:
        """Its versions, a manager of :class:`rapport.kit.versions.Version`."""
        ...


Row = TypeVar("Row", bound=Document)
Said = TypeVar("Said")
Acted = TypeVar("Acted", contravariant=True)


class Actions(Protocol[Acted]):
    """The writes of a text in versions: a module."""

    def save_draft(
        self,
        *,
        programme: Programme,
        key: str,
        text: str,
        instead_of: int | None,
        note: str,
        by: Member | None,
        actor: str,
    ) -> versions.Version:
        """Put a draft on file."""
        ...

    def submit(self, *, row: Acted, number: int, by: Member | None, actor: str) -> object:
        """Hand in a version."""
        ...

    def send_back(self, *, row: Acted, number: int, because: str, actor: str) -> object:
        """Make a version that was handed in a draft again."""
        ...

    def approve(self, *, row: Acted, number: int, by: Member, actor: str) -> object:
        """Approve a version."""
        ...

    def publish(self, *, row: Acted, number: int, actor: str) -> object:
        """Have an approved version live."""
        ...

    def withdraw(self, *, row: Acted, actor: str) -> object:
        """Have no version live any more."""
        ...


@dataclass(frozen=True, slots=True)
class Reading(Generic[Said]):
    """A text, and what it says or its faults by line."""

    text: str
    said: Said | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that is asked for: by whom, what the form sent, and what every action is told."""

    member: Member
    sent: QueryDict
    told: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Desk(Generic[Row, Said]):
    """The pages of one kind of texts; ``folder`` has their templates ``one.html`` and ``said.html``.

    ``read`` raises DocumentInvalid; it is told the member, the text and its key. ``steps`` are those that others
    do not have, or take otherwise; ``more`` is what its page shows besides. ``name`` begins the addresses' names.
    """

    name: str
    folder: str
    begins: str
    writes: Right
    approves: Right
    find: Callable[[Programme, str], Row]
    read: Callable[[Member, str, str], Said]
    actions: Actions[Row]
    context: Callable[[Member], dict[str, Any]]
    steps: Callable[[Asked], Mapping[str, Step]] = lambda _: {}
    more: Callable[[Row, Reading[Said]], Mapping[str, Any]] = lambda _row, _reading: {}
    done: Mapping[str, str] = field(default_factory=dict)

    def paths(self, root: str) -> list[URLPattern]:
        """Return the addresses of the pages, below that of their list."""
        looking, writing = staff_page(self.writes, self.approves), staff_page(self.writes)
        one = f"{root}<slug:key>/"
        views = [
            (f"{root}-/new/", "-new", never_cache(require_safe(writing(self._new)))),
            (f"{root}-/check/", "-check", require_POST(looking(self._check))),
            (f"{root}-/save/", "-save", require_POST(writing(self._save))),
            (one, "", never_cache(require_safe(looking(self._show)))),
            (f"{one}<int:number>/", "-decide", require_POST(looking(self._decide))),
            (f"{one}withdraw/", "-withdraw", require_POST(staff_page(self.approves)(self._withdraw))),
        ]
        return [path(at, view, name=f"{self.name}{name}") for at, name, view in views]

    def page(
        self,
        request: HttpRequest,
        member: Member,
        row: Row | None,
        text: str | None = None,
        *,
        error: DomainError | None = None,
    ) -> HttpResponse:
        """Show a text (None: the newest version's), its versions, and what was wrong with what was sent."""
        key = row.key if row else request.POST.get("key", "")
        listed = versions.told_of(row.versions.all()) if row else []
        newest = listed[0][0] if listed else None
        reading = self._reading(member, (newest.text if newest else self.begins) if text is None else text, key)
        if isinstance(error, DocumentInvalid) and not reading.faults:  # what only the database knows
            reading = Reading(reading.text, faults=error.faults)
        context = {
            **self.context(member),
            "desk": self,
            "row": row,
            "key": key,
            "text": reading.text,
            "reading": reading,
            "versions": listed,
            "newest": newest,
            **(self.more(row, reading) if row else {}),
            "error": str(error) if error and not isinstance(error, DocumentInvalid) else "",
        }
        return pages.render(request, f"{self.folder}/one.html", context, status=error.status if error else 200)

    def to(self, request: HttpRequest, row: Row, words: str) -> HttpResponse:
        """Go to the page of a text and say what was done."""
        return pages.redirect(request, reverse(self.name, args=[row.programme.key, row.key]), said=words)

    def _new(self, request: HttpRequest, member: Member) -> HttpResponseBase:
        """Begin a text: nothing is kept before it is saved."""
        return self.page(request, member, None)

    def _show(self, request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
        """Show a text as its newest version has it, or the one asked for."""
        row, number = self.find(member.programme, key), number_of(request.GET.get("version", ""))
        return self.page(request, member, row, self._text(row, number) if number else None)

    def _check(self, request: HttpRequest, member: Member) -> HttpResponseBase:
        """Say what a text says, or its faults; nothing is kept."""
        reading = self._reading(member, text_sent(request), request.POST.get("key", ""))
        context = {**self.context(member), "reading": reading}
        return pages.render(request, f"{self.folder}/said.html", context)

    def _save(self, request: HttpRequest, member: Member) -> HttpResponseBase:
        """Put a draft on file; one with faults comes back with them."""
        text, key, seen = text_sent(request), request.POST.get("key", "").strip(), number_seen(request)
        try:
            made = self.actions.save_draft(
                programme=member.programme,
                key=key,
                text=text,
                instead_of=seen,
                note=request.POST.get("note", ""),
                by=member,
                actor=actor_of(member),
            )
        except DomainError as error:
            row = self.find(member.programme, key) if seen else None
            return self.page(request, member, row, text, error=error)
        return self.to(request, getattr(made, made.document), "The draft is on file.")

    def _decide(self, request: HttpRequest, member: Member, key: str, number: int) -> HttpResponseBase:
        """Take the step of a version that is asked for."""
        row, does = self.find(member.programme, key), request.POST.get("do", "")
        asked = Asked(member, request.POST, {"row": row, "number": number, "actor": actor_of(member)})
        try:
            self._step(asked, does)()
        except Forbidden:
            raise
        except DomainError as error:
            return self.page(request, member, row, self._text(row, number), error=error)
        return self.to(request, row, self._done(does))

    def _withdraw(self, request: HttpRequest, member: Member, key: str) -> HttpResponseBase:
        """Have no version live any more."""
        row = self.find(member.programme, key)
        self.actions.withdraw(row=row, actor=actor_of(member))
        return self.to(request, row, self._done("withdraw"))

    def _step(self, asked: Asked, does: str) -> Step:
        """Return the step that is asked for; Forbidden where the member may not take it."""
        told, acts, sent = asked.told, self.actions, asked.sent
        steps: dict[str, Step] = {
            "submit": lambda: acts.submit(**told, by=asked.member),
            "approve": lambda: acts.approve(**told, by=asked.member),
            "send_back": lambda: acts.send_back(**told, because=sent.get("because", "")),
            "publish": lambda: acts.publish(**told),
            **self.steps(asked),
        }
        if does not in steps:
            raise Invalid("There is no such step.")
        if not asked.member.may(self.writes if does == "submit" else self.approves):
            raise Forbidden("You may look at this, and not do it. Ask who approves it.")
        return steps[does]

    def _done(self, does: str) -> str:
        return {**DONE, **self.done}[does]

    def _text(self, row: Row, number: int) -> str:
        return str(versions.numbered(row.versions.all(), number).text)

    def _reading(self, member: Member, text: str, key: str) -> Reading[Said]:
        try:
            return Reading(text, self.read(member, text, key))
        except DocumentInvalid as error:
            return Reading(text, faults=error.faults)


def number_seen(request: HttpRequest) -> int | None:
    """Return the number of the newest version that whoever writes has seen; None: there was none."""
    return number_of(request.POST.get("instead_of", ""))


def text_sent(request: HttpRequest) -> str:
    """Return the text of a form, with plain ends of lines."""
    return request.POST.get("text", "").replace("\r\n", "\n")


def number_of(text: str) -> int | None:
    """Return a number as an address or a form has it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
