"""Where one stands, sharing what one does well, and reading and hearing what others share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.channels.chat.queries import messages_of
from rapport.coaching import effects, forms, hard, panel, queries, sharing, standing
from rapport.coaching.access import access_rep, access_shared, can_be_heard
from rapport.coaching.views import at, context_of, either
from rapport.kit import pages
from rapport.kit.errors import DomainError, NotFound
from rapport.kit.ids import new_id
from rapport.quality.recordings import serving
from rapport.quality.recordings.queries import recordings_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.coaching.models import SharedContact

own_page = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_safe
@either
def where_one_stands(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show where a rep stands in each measure: the own trend first, then among peers; named is only who agreed."""
    return _page(request, member, access_rep(member, request.GET.get("rep", "")))


@require_POST
@own_page
def share(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Agree to be named in a measure, with what one does."""
    sent = request.POST

    def act() -> str:
        sharing.agree_to_share(member=member, measure=sent.get("measure", ""), does=sent.get("does", ""))
        return "It is kept. You are named while you are among the best quarter."

    return _do(request, member, act)


@require_POST
@own_page
def take_back(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Be named in a measure no more."""

    def act() -> str:
        sharing.take_back(member=member, measure=request.POST.get("measure", ""))
        return "Taken back. Nobody sees it any more."

    return _do(request, member, act)


@require_POST
@own_page
def share_contact(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Let others read and hear a contact of one's own."""
    sent = request.POST.dict()

    def act() -> str:
        sharing.share_contact(member=member, measure=sent.get("measure", ""), contact_id=forms.read_contact(sent))
        return "It is shared."

    return _do(request, member, act)


@require_POST
@own_page
def take_contact_back(request: HttpRequest, member: Member, shared: UUID) -> HttpResponseBase:
    """Let others read and hear a contact no more."""

    def act() -> str:
        sharing.take_contact_back(member=member, shared=shared)
        return "Taken back. Nobody reads or hears it any more."

    return _do(request, member, act)


@never_cache
@require_safe
@own_page
def shared(request: HttpRequest, member: Member, shared: UUID) -> HttpResponseBase:
    """Show a contact that somebody shares: what was said, to read and to hear. The look is on record."""
    row = access_shared(member, shared)
    _note(request, member, row, "contact", hourly(row.public_id))
    context = {
        **context_of(member, "standing"),
        "row": row,
        "measure": standing.measure_names(member.programme).get(row.sharing.measure, row.sharing.measure),
        "messages": messages_of(row.contact),
        "recordings": recordings_of(row.contact),
        "listening": new_id,
    }
    return pages.render(request, "coaching/shared.html", context)


@never_cache
@require_safe
@own_page
def shared_audio(
    request: HttpRequest, member: Member, shared: UUID, recording: UUID, listening: UUID
) -> HttpResponseBase:
    """Give the sound of a contact that somebody shares; ``listening`` is new on every page. It is on record."""
    row = access_shared(member, shared)
    found = next((one for one in recordings_of(row.contact) if one.public_id == recording), None)
    if found is None:
        raise NotFound
    _note(request, member, row, "recording", f"{listening} {hourly(found.public_id)}")
    return serving.answer(request, found)


def _note(request: HttpRequest, member: Member, row: SharedContact, what: str, once: str) -> None:
    contact = row.contact
    note_look(
        lookers.person(request, member),
        what=what,
        right=Right.TAKE_CONTACTS,
        subject=contact.customer.public_id if contact.customer else contact.public_id,
        about=f"contact {contact.public_id}, shared by {row.sharing.rep.agent_id}",
        why="shared to learn from",
        once=once,
    )


def _do(request: HttpRequest, member: Member, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except DomainError as error:
        if error.status == 404:
            raise
        return _page(request, member, member, error)
    return pages.redirect(request, at(member, "coaching-standing"), said=said)


def _page(request: HttpRequest, member: Member, rep: Member, error: DomainError | None = None) -> HttpResponse:
    measures = standing.measure_names(member.programme)
    is_own = rep.pk == member.pk and member.may(Right.TAKE_CONTACTS)
    context = {
        **context_of(member, "standing"),
        "rep": rep,
        "rows": standing.told_of(rep, measures),
        "least": standing.LEAST,
        "changed": effects.own_of(rep, measures),
        "counted": effects.counted_of(member.programme),
        "weeks": panel,
        "named": sharing.named_in(member.programme) if member.may(Right.TAKE_CONTACTS) else {},
        "can_be_heard": can_be_heard,
        "measures": measures,
        "is_own": is_own,
        "hard": hard.hard_for(member) if is_own else [],
        "shares": sharing.shared_by(member) if is_own else [],
        "to_share": queries.to_share_from(member) if is_own else [],
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "coaching/standing.html", context, status=error.status if error else 200)
