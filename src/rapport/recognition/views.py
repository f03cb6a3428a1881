"""The pages of Rally Notes: the letter, who has read it, and the desk where a supervisor completes it."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import for_partner, names_for
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.kit import clock, pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.recognition import actions, hearing, queries, tips
from rapport.recognition.access import access_note
from rapport.recognition.letter import as_text, read_lines, read_people, read_quote, saves_in_words, subject_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.recognition.models import RallyNote


@never_cache
@require_safe
@staff_page(Right.READ_RALLY_NOTES)
def latest(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the latest letter; who writes them comes first to a draft that is newer."""
    found = queries.latest_published(member.programme)
    if member.may(Right.WRITE_RALLY_NOTES):
        newest = queries.days_of(member.programme, drafts=True, limit=1)
        if newest and (found is None or newest[0].day > found.day):
            found = access_note(member, newest[0].day)
    return _page(request, member, found)


@never_cache
@require_safe
@staff_page(Right.READ_RALLY_NOTES)
def letter(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Show the letter of a day."""
    return _page(request, member, access_note(member, day))


@require_POST
@staff_page(Right.READ_RALLY_NOTES)
def read(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Record that the member has read the letter."""
    actions.see(member=member, day=day)
    return HttpResponseRedirect(_address(member, day))


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def draft(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Draft today's letter from its figures, or refresh its draft."""
    today = clock.now().astimezone(member.programme.zone).date()
    actions.draft(programme=member.programme, day=today, actor=f"member:{member.pk}")
    return HttpResponseRedirect(_address(member, today))


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def edit(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Keep the tip and the news, then take the figures again or publish where asked; refused words stay."""
    words = {field: request.POST[field] for field in actions.LIMITS if field in request.POST}
    try:
        actions.edit(member=member, day=day, words=words)
        if "again" in request.POST:
            actions.draft(programme=member.programme, day=day, actor=f"member:{member.pk}")
        if "publish" in request.POST:
            actions.publish(member=member, day=day)
    except (Invalid, Conflict) as error:
        return _page(request, member, access_note(member, day), words=words, error=error)
    return HttpResponseRedirect(_address(member, day))


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def choose_tip(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Have the draft tell a tip that is on file."""
    try:
        actions.choose_tip(member=member, day=day, tip=UUID(request.POST.get("tip", "")))
    except ValueError:
        return _page(request, member, access_note(member, day), error=Invalid("Choose a tip."))
    except Conflict as error:
        return _page(request, member, access_note(member, day), error=error)
    return HttpResponseRedirect(_address(member, day))


@require_POST
@staff_page(Right.TAKE_CONTACTS)
def say_hearing(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Say whether colleagues may look at the contact the letter praises the member for."""
    told = request.POST.get("agreed", "")
    if told not in ("yes", "no"):
        raise Invalid("Say yes or no.")
    actions.say_hearing(member=member, day=day, agreed=told == "yes")
    return HttpResponseRedirect(_address(member, day))


@never_cache
@require_safe
@staff_page(Right.WRITE_RALLY_NOTES)
def mail(request: HttpRequest, member: Member, day: date) -> HttpResponseBase:
    """Return a published letter as an e-mail for a mail program; ``?for=partner``: as the partner may see it."""
    note = access_note(member, day)
    if note.published_at is None:
        raise Conflict("These notes are a draft; they can be sent when they are published.")
    is_partners = request.GET.get("for") == "partner"
    _look(request, member, note)
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject_of(note)
    letter["X-Unsent"] = "1"
    letter.set_content(as_text(note, for_partner(member.programme) if is_partners else names_for(member)))
    name = f"rally-{note.day}{'-partner' if is_partners else ''}.eml"
    return HttpResponse(
        letter.as_bytes(),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(
    request: HttpRequest,
    member: Member,
    note: RallyNote | None,
    *,
    words: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    writes = member.may(Right.WRITE_RALLY_NOTES)
    context = {
        "member": member,
        "programme": member.programme,
        "section": "rally",
        "note": note,
        "writes": writes,
        "days": queries.days_of(member.programme, drafts=writes),
        "error": str(error) if error else "",
        "rally_unread": queries.unread_by(member) is not None,
        "to_sign": queries.to_sign(member),
    }
    if note is not None:
        _look(request, member, note)
        kept = {field: getattr(note, field) for field in actions.LIMITS}
        called = names_for(member)
        context |= {
            "lines": read_lines(note.figures),
            "awards": [(one["name"], called.of_agent(one["agent_id"])) for one in note.awards],
            "uncommon": [(called.of_agent(one["agent_id"]), called.within(one["why"])) for one in note.uncommon],
            "saves": saves_in_words(note.saves) if note.saves else "",
            "people": [one.called(called) for one in read_people(note.people)],
            "quote": quote.called(called) if (quote := read_quote(note.comment)) else None,
            "words": {field: called.within(text) for field, text in kept.items()} | (words or {}),
            "tip_by": called.of_name(note.tip_by.name) if note.tip_by else "",
            "limits": actions.LIMITS,
            "told": tips.told_of(note.told, called) if note.told else None,
            "looks_back": tips.told_of(note.looks_back, called) if note.looks_back else None,
            "tips": tips.choices(member.programme) if writes and not note.published_at else [],
            "hearable": hearing.open_to(member, note),
            "asked": hearing.asked_of(member, note),
            "read_at": queries.seen_at(note, member),
            "readers": queries.readers_of(note) if writes and note.published_at else [],
        }
    return pages.render(request, "recognition/rally.html", context, status=error.status if error else 200)


def _look(request: HttpRequest, member: Member, note: RallyNote) -> None:
    note_look(
        lookers.person(request, member),
        what="notes",
        right=Right.READ_RALLY_NOTES,
        about=str(note.day),
        why="Rally Notes",
        once=hourly(member.programme.public_id) + f" {note.day}",
    )


def _address(member: Member, day: date) -> str:
    return reverse("rally-day", args=[member.programme.key, day])
