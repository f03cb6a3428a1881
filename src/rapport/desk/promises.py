"""Promises as work: what a rep has to keep, and what is about to be broken on the whole floor."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.customers.promises import queries
from rapport.customers.promises.access import access_promise
from rapport.customers.promises.kinds import kind_names
from rapport.customers.promises.wording import standing
from rapport.desk import actions
from rapport.desk.forms import read
from rapport.insight.selling import WITHIN as WITHIN_DAYS
from rapport.insight.selling import effect_on_leaving
from rapport.kit import pages
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member

keeping = staff_page(Right.TAKE_CONTACTS, Right.WATCH_FLOOR)
on_floor = staff_page(Right.WATCH_FLOOR)
WITHIN = timedelta(hours=24)
MOST = 200
MOST_ON_FLOOR = 50
SETTLED = {
    "kept": "It is on file as kept.",
    "broken": "It is on file as broken.",
    "withdrawn": "It is taken back.",
}


class SettleForm(forms.Form):
    """What became of a promise, on which day, and how that is known."""

    came_to = forms.ChoiceField(
        choices=[(key, key) for key in SETTLED], error_messages={"required": "Say what became of it."}
    )
    on = forms.DateField(required=False, error_messages={"invalid": "Choose a day."})
    note = forms.CharField(max_length=300, error_messages={"required": "Say in a few words how that is known."})


@never_cache
@require_GET
@keeping
def promises(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List what the member keeps; for who watches the floor also what anybody is about to break."""
    watches = member.may(Right.WATCH_FLOOR)
    mine = [standing(one) for one in queries.kept_by(member, limit=MOST)]
    floor = queries.about_to_be_broken(member.programme, within=WITHIN, limit=MOST_ON_FLOOR) if watches else []
    rows = [standing(one) for one in floor if one.keeper_id != member.pk]
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.WATCH_FLOOR if watches else Right.TAKE_CONTACTS,
        about="promises to keep",
        count=len(mine) + len(rows),
        why="promises to keep",
        once=hourly(member.user.public_id),
    )
    reps = [one for one in members_with(member.programme, Right.TAKE_CONTACTS) if one.is_active]
    context = {
        "member": member,
        "programme": member.programme,
        "section": "desk" if member.may(Right.TAKE_CONTACTS) else "floor",
        "mine": mine,
        "kinds": kind_names(member.programme),
        "floor_rows": rows,
        "watches": watches,
        "at_risk": sum(queries.at_risk(member.programme, within=WITHIN)) if watches else 0,
        "most": MOST_ON_FLOOR,
        "effect": effect_on_leaving(member.programme) if watches else None,
        "within": WITHIN_DAYS.days,
        "reps": sorted(((one.agent_id, one.name) for one in reps), key=lambda one: one[1]) if watches else [],
    }
    return pages.render(request, "desk/promises.html", context)


@require_POST
@keeping
def settle(request: HttpRequest, member: Member, promise: UUID) -> HttpResponseBase:
    """Say what became of a promise, and how that is known."""
    found, told = access_promise(member, promise), read(SettleForm, request.POST)
    note: str = told["note"]
    on: date | None = told["on"]
    actions.put_on_file(member=member, promise_id=found.pk, came_to=told["came_to"], on=on, note=note)
    return _back(request, member, SETTLED[told["came_to"]])


@require_POST
@on_floor
def hand(request: HttpRequest, member: Member, promise: UUID) -> HttpResponseBase:
    """Have a rep keep a promise from now on."""
    found = access_promise(member, promise)
    rep = next(
        (
            one
            for one in members_with(member.programme, Right.TAKE_CONTACTS)
            if one.agent_id == request.POST.get("keeper")
        ),
        None,
    )
    if rep is None:
        raise Invalid("Choose who is to keep it from the list.")
    actions.hand(member=member, promise_id=found.pk, rep=rep)
    return _back(request, member, f"{rep.name} keeps it now.")


def _back(request: HttpRequest, member: Member, said: str) -> HttpResponseBase:
    return pages.redirect(request, reverse("promises", args=[member.programme.key]), said=said)
