"""The record's pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.audit import alarms as alarm_actions
from rapport.audit import jobs, lookers, queries
from rapport.audit.actions import hourly, note_look
from rapport.audit.rules import BOUNDS, FINDINGS, WORDS, read_rules, rules_of
from rapport.audit.sealing import as_file
from rapport.customers.queries import customer_by_key, keys_of
from rapport.events.queries import latest_of
from rapport.kit import pages
from rapport.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from rapport.live import tickets
from rapport.record.forms import KINDS, PAGE, read_asked

if TYPE_CHECKING:
    from rapport.accounts.models import Member

reading = staff_page(Right.READ_RECORD)
handling = staff_page(Right.HANDLE_ALARMS)
DIGESTS = 72


@never_cache
@require_safe
@reading
def record(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List who looked at what, the newest first; the address holds what is asked."""
    programme = member.programme
    asked = read_asked(programme, request.GET)
    found = queries.looks(member, asked.wanted, limit=PAGE + 1)
    shown = found[:PAGE]
    _note(request, member, "looks")
    context = {
        **_base(member, "looks"),
        "asked": asked,
        "kinds": KINDS,
        "people": _people(member),
        "looks": shown,
        "keys": keys_of(programme, [row.subject for row in shown if row.subject]),
        "older": shown[-1].id if len(found) > PAGE else None,
        "open_alarms": queries.open_alarms(member),
    }
    return pages.render(request, "record/looks.html", context)


@never_cache
@require_safe
@reading
def digests(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the digests, with the key that signs and what the last check found."""
    _note(request, member, "digests")
    url = reverse("record-ticket", args=[member.programme.key])
    context = {**_digests(member), "live_ticket_url": url}
    return pages.page_or_fragment(request, "record/digests.html", "record/digests_part.html", context)


@require_POST
@reading
def check(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have both logs checked, beside all other work; the page shows what was found when it is done."""
    jobs.verify_now.defer(programme_id=member.programme_id)
    answer = pages.render(request, "record/digests_part.html", _digests(member))
    return pages.announce(answer, "Both logs are being checked. The page says when it is done.")


@never_cache
@require_safe
@reading
def digest(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Send a digest as it was signed."""
    found = queries.digest(member.programme, number) if number < 2**31 else None
    if found is None:
        raise NotFound
    name = f"{member.programme.key}-{number:06}.json"
    return HttpResponse(
        as_file(found.sealed),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@require_safe
@reading
def ticket(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Give the page its ticket to hear of this programme's digests and checks."""
    return _ticket(request, member)


@never_cache
@require_safe
@handling
def alarms_ticket(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Give the page its ticket to hear of this programme's alarms."""
    return _ticket(request, member)


@never_cache
@require_safe
@handling
def alarms(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the alarms, who owns them, and the watch list."""
    _note(request, member, "alarms")
    url = reverse("alarms-ticket", args=[member.programme.key])
    return pages.render(request, "record/alarms.html", {**_alarms(member), "live_ticket_url": url})


@never_cache
@require_safe
@handling
def alarms_part(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the alarms as they stand."""
    return pages.render(request, "record/alarms_part.html", _alarms(member))


@require_POST
@handling
def take(request: HttpRequest, member: Member, alarm: UUID) -> HttpResponseBase:
    """Become the alarm's owner."""
    alarm_actions.take(member=member, alarm_id=alarm)
    return pages.announce(_part(request, member), "The alarm is yours.")


@require_POST
@handling
def close(request: HttpRequest, member: Member, alarm: UUID) -> HttpResponseBase:
    """Close an alarm with what was found; what is missing is said beside it, and the words stay."""
    finding, words = request.POST.get("finding", ""), request.POST.get("words", "")
    try:
        alarm_actions.close(member=member, alarm_id=alarm, finding=finding, words=words)
    except (Invalid, Conflict) as error:
        return _part(request, member, error=error, alarm=alarm, finding=finding, words=words)
    return pages.announce(_part(request, member), "The alarm is closed.")


@require_POST
@staff_page(Right.MANAGE_PROGRAMME)
def change_rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Change from when on something is an alarm; what cannot be is said, and what was typed stays."""
    if not member.may(Right.HANDLE_ALARMS):  # the answer shows alarms
        raise Forbidden("Only who handles alarms changes when something is one.")
    typed = request.POST.dict()
    try:
        rules = read_rules(typed)
    except Invalid as error:
        return _part(request, member, rules_error=error, rules=typed)
    alarm_actions.set_rules(programme=member.programme, rules=rules, actor=f"member:{member.pk}")
    return pages.announce(_part(request, member), "Alarms go by these numbers from now on.")


@require_POST
@handling
def watch(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a customer on the watch list, named by the partner's key."""
    key = request.POST.get("key", "").strip()
    customer = customer_by_key(member.programme, key[:100]) if key else None
    if customer is None:
        missing = Invalid("No customer of this programme has this key. Write it as the partner's file has it.")
        return _part(request, member, watch_error=missing, watch_key=key)
    alarm_actions.watch(
        programme=member.programme,
        customer=customer.public_id,
        kind=request.POST.get("kind", "watched"),
        member=member,
    )
    return pages.announce(_part(request, member), "Every look at this customer is an alarm from now on.")


@require_POST
@handling
def unwatch(request: HttpRequest, member: Member, customer: UUID) -> HttpResponseBase:
    """Take a customer off the watch list."""
    alarm_actions.unwatch(member=member, customer=customer)
    return pages.announce(_part(request, member), "Taken off the list.")


def _part(
    request: HttpRequest,
    member: Member,
    *,
    error: DomainError | None = None,
    watch_error: DomainError | None = None,
    rules_error: DomainError | None = None,
    **typed: object,
) -> HttpResponse:
    failed = error or watch_error or rules_error
    if request.headers.get("HX-Request") != "true" and failed is None:
        return HttpResponseRedirect(reverse("alarms", args=[member.programme.key]))
    errors = {"error": error, "watch_error": watch_error, "rules_error": rules_error}
    context = {**_alarms(member), **typed, **{name: str(each or "") for name, each in errors.items()}}
    return pages.page_or_fragment(
        request, "record/alarms.html", "record/alarms_part.html", context, status=failed.status if failed else 200
    )


def _ticket(request: HttpRequest, member: Member) -> HttpResponseBase:
    return tickets.answer(request, [alarm_actions.channel(member.programme)], programme_id=member.programme_id)


def _digests(member: Member) -> dict[str, Any]:
    return {
        **_base(member, "digests"),
        "digests": queries.digests(member.programme, limit=DIGESTS),
        "checked": latest_of(member.programme, "record.verified"),
    }


def _alarms(member: Member) -> dict[str, Any]:
    found, closed = queries.open_alarms(member), queries.closed_alarms(member)
    watched = queries.watched(member.programme)
    subjects = [row.alarm.subject for row in (*found, *closed) if row.alarm.subject]
    return {
        **_base(member, "alarms"),
        "alarms": found,
        "closed": closed,
        "findings": list(FINDINGS.items()),
        "watched": watched,
        "keys": keys_of(member.programme, [*subjects, *(customer for customer, *_ in watched)]),
        "mine": f"member:{member.pk}",
        "rules": asdict(rules_of(member.programme)),
        "rule_words": WORDS,
        "bounds": BOUNDS,
        **dict.fromkeys(("error", "watch_error", "rules_error", "alarm", "finding", "words", "watch_key"), ""),
    }


def _people(member: Member) -> list[tuple[str, str]]:
    """Return whom a list can be narrowed to, called as the member may call them."""
    called = names_for(member).by_member
    return sorted(((f"member:{pk}", name) for pk, name in called.items()), key=lambda one: one[1])


def _base(member: Member, tab: str) -> dict[str, Any]:
    return {"member": member, "programme": member.programme, "section": "record", "tab": tab}


def _note(request: HttpRequest, member: Member, what: str) -> None:
    note_look(
        lookers.person(request, member),
        what="record",
        right=Right.HANDLE_ALARMS if what == "alarms" else Right.READ_RECORD,
        about=what,
        why="the record",
        once=f"{hourly(member.programme.public_id)} {what}",
    )
