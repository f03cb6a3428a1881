"""The pages of Rally Notes by e-mail: one's own address, the partner's, what became of copies, the way to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import entering, open_page, staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.kit import mail, pages
from rapport.kit.errors import DomainError
from rapport.recognition.mailing import actions, letters, queries
from rapport.recognition.mailing.access import own_recipient

if TYPE_CHECKING:
    from rapport.accounts.models import Member

everybody = staff_page(Right.READ_RALLY_NOTES, Right.SEND_RALLY_NOTES)
reader = staff_page(Right.READ_RALLY_NOTES)
manager = staff_page(Right.SEND_RALLY_NOTES)


@never_cache
@require_safe
@everybody
def by_mail(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show where the member's own copy goes; to who may, the partner's addresses and what became of copies."""
    return _page(request, member)


@require_POST
@reader
def want(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put the member's own address on file."""
    try:
        made = actions.want(member=member, address=request.POST.get("address", ""))
    except DomainError as error:
        return _page(request, member, error)
    said = "It is kept already." if made.confirmed_at else "Kept. A code is on its way there; type it in below."
    return pages.redirect(request, _address(member), said=said)


@require_POST
@reader
def confirm(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Take the code that was sent to the member's address."""
    try:
        actions.confirm(member=member, code=request.POST.get("code", ""))
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, _address(member), said="Rally Notes go there from now on.")


@require_POST
@reader
def stop(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Send the member no more."""
    actions.stop(member=member)
    return pages.redirect(request, _address(member), said="Nothing more is sent to you; the address is erased.")


@require_POST
@manager
def add_partners(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have the partner's copy sent to an address."""
    try:
        actions.add_partners(member=member, address=request.POST.get("partner", ""))
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, _address(member), said="The partner’s copy goes there from the next letter on.")


@require_POST
@manager
def remove_partners(request: HttpRequest, member: Member, recipient: UUID) -> HttpResponseBase:
    """Send no more to an address of the partner's."""
    actions.remove_partners(member=member, recipient=recipient)
    return pages.redirect(request, _address(member), said="Nothing more is sent there, and the address is erased.")


@csrf_exempt  # mail programs send no token of ours; the link's own is signed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_page("the signed link of a letter, for its reader alone: it stops that reader's letters, and shows nothing")
def no_more(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask whether to stop, and stop: by the button, or by a mail program's one click (RFC 8058)."""
    programme, recipient = letters.named_by(token)
    with entering(programme) as place:
        if request.method == "POST":
            actions.stop_by_link(programme=place, recipient=recipient)
    return pages.render(request, "mailing/no_more.html", {"is_done": request.method == "POST"})


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    sends, writes = member.may(Right.SEND_RALLY_NOTES), member.may(Right.WRITE_RALLY_NOTES)
    called = names_for(member)
    context = {
        "member": member,
        "programme": member.programme,
        "section": "rally",
        "is_set_up": queries.is_set_up(member.programme),
        "reads": member.may(Right.READ_RALLY_NOTES),
        "sends": sends,
        "own": own_recipient(member),
        "latest": queries.own_sending(member),
        "partners": queries.partners_of(member.programme) if sends else [],
        "copies": queries.copies_of(member.programme) if sends or writes else [],
        "failed": [
            (one, called.of_agent(one.recipient.member.agent_id) if one.recipient.member else "")
            for one in (queries.failed_of(member.programme) if sends or writes else [])
        ],
        "names_hidden": member.programme.names_shown_to_partner != "names",
        "limit": mail.LONGEST,
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "mailing/by_mail.html", context, status=error.status if error else 200)


def _address(member: Member) -> str:
    return reverse("rally-by-mail", args=[member.programme.key])
