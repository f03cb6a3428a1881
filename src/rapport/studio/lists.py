"""The pages of lists of customers: which there are, who is on one and why, its criteria with a live count."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_export, note_look
from rapport.customers.queries import attribute_kinds
from rapport.kit import clock, pages, spreadsheet
from rapport.kit.errors import DomainError, Forbidden
from rapport.outreach.lists import actions, queries
from rapport.outreach.lists.access import access_list
from rapport.outreach.lists.choosing import CAUSES, CRITERIA, count
from rapport.outreach.lists.criteria import Criteria
from rapport.outreach.lists.fields import ATTRIBUTE, FIELDS, Moment
from rapport.risk.queries import risks_of
from rapport.studio import list_forms as forms

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.outreach.lists.queries import Explained
    from rapport.outreach.models import CustomerList

managing = staff_page(Right.MANAGE_LISTS)
BECAUSE = {**CAUSES, CRITERIA: "they do not fit any more"}
SPARE = 2


@never_cache
@require_safe
@managing
def lists(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the lists there are, and how many are on each."""
    context = {**_context(member), "rows": queries.lists_of(member.programme)}
    return pages.render(request, "studio/lists/lists.html", context)


@never_cache
@require_safe
@managing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a list: nothing is kept before it is saved."""
    return _editor(request, member, None, forms.shown(Criteria()))


@never_cache
@require_POST
@managing
def counted(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say how many customers what is typed fits, and how many of them are kept off and why; nothing is kept."""
    return pages.render(request, "studio/lists/count.html", _count(request, member, _filled(request, member)))


@require_POST
@managing
def make(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a new list on file, or give the form another line."""
    told, sent = _filled(request, member), request.POST
    if told.criteria is None or sent.get("do") == "more":
        return _editor(request, member, None, told, status=422 if told.criteria is None else 200)
    try:
        made = actions.make_list(
            member=member, name=sent.get("name", ""), criteria=told.criteria, note=sent.get("note", "")
        )
    except DomainError as error:
        return _editor(request, member, None, told, error=str(error), status=error.status)
    return _to(request, made, "The list is on file, and refreshed every night.")


@never_cache
@require_safe
@managing
def show(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Show who is on a list and why, what it asks, and who came and went; it is on record who looked."""
    found = access_list(member, which)
    criteria, asked = queries.criteria_of(found), request.GET.get("page", "1")
    page = max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    start = (page - 1) * queries.PAGE
    rows = list(queries.members_of(found)[start : start + queries.PAGE])
    sought = _sought(request, member, criteria)
    seen = len(rows) + (sought is not None)
    if seen:
        by = lookers.person(request, member)
        note_look(by, what="list", right=Right.MANAGE_LISTS, about=f"list {found.public_id}", count=seen)
    customers = [one.customer for one in rows]
    context = {
        **_context(member),
        "which": found,
        "rows": list(zip(rows, queries.explain(member.programme, criteria, customers), strict=True)),
        "risks": risks_of(customers),
        "words": queries.words_of(criteria),
        "criteria": criteria,
        "channels": dict(forms.CHANNELS),
        "refreshes": queries.refreshes_of(found),
        "versions": queries.versions_of(found),
        "sought": sought,
        "asked_key": request.GET.get("customer", ""),
        "page": page,
        "page_size": queries.PAGE,
        "because": BECAUSE,
    }
    return pages.render(request, "studio/lists/list.html", context)


@never_cache
@require_safe
@managing
def edit(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Show what a list asks, to be changed."""
    found = access_list(member, which)
    return _editor(request, member, found, forms.shown(queries.criteria_of(found)))


@require_POST
@managing
def save(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Save other criteria as the next version, or give the form another line."""
    found, told, sent = access_list(member, which), _filled(request, member), request.POST
    if told.criteria is None or sent.get("do") == "more":
        return _editor(request, member, found, told, status=422 if told.criteria is None else 200)
    before = sent.get("instead_of", "")
    try:
        number = actions.save_version(
            member=member,
            which=found,
            criteria=told.criteria,
            instead_of=int(before) if before.isascii() and before.isdecimal() and len(before) < 9 else 0,
            note=sent.get("note", ""),
        )
    except DomainError as error:
        return _editor(request, member, found, told, error=str(error), status=error.status)
    return _to(request, found, f"Version {number} counts now.")


@require_POST
@managing
def refresh(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Look now who is on a list."""
    done = actions.refresh(which=access_list(member, which))
    return _to(request, done.list, f"{done.members:,} are on the list: {done.came:,} came, {done.went:,} went.")


@require_POST
@managing
def retire(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Take a list out of use."""
    actions.retire(member=member, which=access_list(member, which))
    to = reverse("lists", args=[member.programme.key])
    return pages.redirect(request, to, said="The list is retired. Nobody is on it any more.")


@require_POST
@managing
def export(request: HttpRequest, member: Member, which: UUID) -> HttpResponseBase:
    """Hand out who is on a list and kept off by nothing at this moment, as a file; that is on record."""
    found = access_list(member, which)
    if not member.may(Right.EXPORT):
        raise Forbidden("Your role on this programme does not include taking data out. Ask its supervisor.")
    out = io.StringIO()
    sheet, rows = spreadsheet.writer(out), 0
    sheet.writerow(["customer", "name", "segment", "on the list since", "risk of leaving"])
    for one, risk in queries.still_on(found):
        sheet.writerow(
            [
                one.customer.key,
                one.customer.name,
                one.customer.segment or "",
                one.since.astimezone(member.programme.zone).date(),
                "" if risk is None else risk,
            ]
        )
        rows += 1
    by = lookers.person(request, member)
    note_export(by, what="list", right=Right.EXPORT, rows=rows, subject=found.public_id)
    headers = {"Content-Disposition": f'attachment; filename="list-{found.public_id}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _sought(request: HttpRequest, member: Member, criteria: Criteria) -> Explained | None:
    """Return why the customer who is asked after is on the list, or is not."""
    key = request.GET.get("customer", "").strip()
    found = queries.customer_called(member.programme, key) if key else None
    return queries.explain(member.programme, criteria, [found])[0] if found else None


def _filled(request: HttpRequest, member: Member) -> forms.Filled:
    return forms.filled(request.POST, attribute_kinds(member.programme))


def _count(request: HttpRequest, member: Member, told: forms.Filled) -> dict[str, Any]:
    moment = Moment(member.programme, clock.now())
    counts = count(moment, told.criteria) if told.criteria else None
    return {"told": told, "counts": counts, "because": BECAUSE}


def _editor(
    request: HttpRequest,
    member: Member,
    found: CustomerList | None,
    told: forms.Filled,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    versions = queries.versions_of(found) if found else []
    context = {
        **_context(member),
        **_count(request, member, told),
        "which": found,
        "number": versions[0].number if versions else 0,
        "lines": [*told.lines, *[forms.Line()] * SPARE],
        "tests": forms.TESTS,
        "channels": forms.CHANNELS,
        "fields": [(one.key, one.label) for one in FIELDS.values()],
        "attributes": [
            (f"{ATTRIBUTE}{name}", name.replace("_", " ")) for name in attribute_kinds(member.programme)
        ],
        "choices": {one.key: one.choices(member.programme) for one in FIELDS.values() if one.choices is not None},
        "sent": request.POST,
        "error": error,
    }
    return pages.render(request, "studio/lists/editor.html", context, status=status)


def _to(request: HttpRequest, found: CustomerList, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("list", args=[found.programme.key, found.public_id]), said=said)


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "lists",
        "exports": member.may(Right.EXPORT),
    }
