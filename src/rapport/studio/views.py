"""The pages of people, roles, rules of entry and tokens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts import actions
from rapport.accounts.access import access_own_token, access_place
from rapport.accounts.arrivals import arrival_of
from rapport.accounts.clearance import lapses, write_hours
from rapport.accounts.doors import staff_page
from rapport.accounts.queries import teams_of, tokens_of
from rapport.accounts.roles import FOR_TOKENS, MEANS, TOKENS_MAY, Right, Role
from rapport.kit import clock, pages
from rapport.kit.errors import Invalid
from rapport.routing.actions import set_proficiency
from rapport.routing.queries import skills_of
from rapport.routing.versions import plan_in_force
from rapport.studio import forms, queries
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

seeing = staff_page(Right.SEE_PEOPLE)
managing = staff_page(Right.MANAGE_PEOPLE)
adjusting = staff_page(Right.ADJUST_ROLES)
issuing = staff_page(Right.MANAGE_TOKENS)
SCREENING = (("none", "Not begun"), ("under_way", "Under way"), ("passed", "Passed"), ("failed", "Failed"))
RIGHT_CHOICES = [(right.value, f"{right.value}: {MEANS[right]}") for right in Right if right not in FOR_TOKENS]
CHANGES = (("granted", "Granted"), ("denied", "Denied"), ("", "As the role has it"))


@never_cache
@require_safe
@seeing
def people(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List who works here, with role, team, the state of their clearance, and when they last signed in."""
    find = request.GET.get("find", "").strip()
    return _page(request, member, "people", find=find, rows=queries.rows_of(member.programme, find=find))


@never_cache
@require_safe
@seeing
def person(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Show one person: place, clearance, rights of their own."""
    place = access_place(member, person)
    own = {one.right: one.granted for one in member.programme.role_changes if one.member_id == place.pk}
    return _page(
        request,
        member,
        "person",
        row=queries.row_of(place),
        place=place,
        joined=place.since.astimezone(member.programme.zone).date(),
        today=clock.now().astimezone(member.programme.zone).date(),
        roles=[(role.value, role.words.capitalize()) for role in Role],
        teams=teams_of(member.programme),
        signed={name: date.fromisoformat(on) for name, on in place.agreements.items()},
        screening=SCREENING,
        changes=CHANGES,
        hours=write_hours(place.allowed_hours),
        own_rights=sorted((right, "granted" if granted else "denied") for right, granted in own.items()),
        rights=RIGHT_CHOICES,
        is_self=place.user_id == member.user_id,
        **_skills(place),
    )


def _skills(place: Member) -> dict[str, Any]:
    known, names = skills_of(place), plan_in_force(place.programme).plan.skills
    keys = dict.fromkeys([*names, *(one.skill for one in known)])
    return {
        "skills": known,
        "skill_names": names,
        "skill_choices": [(key, names.get(key, key)) for key in keys],
        "levels": forms.LEVELS,
    }


@require_POST
@staff_page(Right.MANAGE_ROUTING)
def set_skill(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Put on file how well a person knows a skill, and on which days."""
    place, told = access_place(member, person), forms.read_skill(request.POST)
    set_proficiency(member=place, actor=actor_of(member), **told)
    level = f"level {told['level']}" if told["level"] else "taken away"
    return _back(request, member, f"{place.name}: {told['skill']}, {level}.", "person", person)


@require_POST
@managing
def change_place(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Give a person another role or team, or end or resume their place; from an end one comes back to the list."""
    place, sent = access_place(member, person), request.POST
    ends = {"end": False, "resume": True}.get(sent.get("do", ""))
    if ends is None:
        role, team = forms.read_role(sent), sent.get("team", "").strip()[:100]
        actions.change_place(member=place, role=role, team=team, actor=actor_of(member), by=member)
        said = f"{place.name} is {role.words}{f', team {team}' if team else ''}."
    else:
        actions.change_place(member=place, is_active=ends, actor=actor_of(member), by=member)
        said = f"The place of {place.name} {'is resumed' if ends else 'has ended: they are signed out here'}."
    return _back(request, member, said, *(("people",) if ends is False else ("person", person)))


@require_POST
@managing
def change_since(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Put on file on which day a person joined."""
    place, on = access_place(member, person), forms.read_day(request.POST.get("since", ""))
    if on is None:
        raise Invalid("Choose the day on which they joined.")
    actions.set_since(member=place, on=on, actor=actor_of(member), by=member)
    return _back(request, member, f"{place.name} joined on {on:%-d %B %Y}.", "person", person)


@require_POST
@managing
def change_clearance(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Put on file what a person meets of the programme's conditions."""
    place = access_place(member, person)
    values = forms.read_clearance(place, request.POST)
    actions.set_clearance(member=place, actor=actor_of(member), by=member, **values)
    return _back(request, member, f"The clearance of {place.name} is saved.", "person", person)


@require_POST
@adjusting
def adjust_person(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Grant or deny a right to one person."""
    place, granted = access_place(member, person), forms.read_change(request.POST)
    right = forms.read_right(request.POST)
    actions.adjust_person(member=place, right=right, granted=granted, actor=actor_of(member), by=member)
    return _back(request, member, f"{place.name}: {right.value} is {_becomes(granted)}.", "person", person)


@require_POST
@staff_page(Right.END_SESSIONS)
def end_sessions(request: HttpRequest, member: Member, person: UUID) -> HttpResponseBase:
    """Sign a person out everywhere."""
    place = access_place(member, person)
    actions.shut_out(user=place.user, why="by_supervisor", actor=actor_of(member))
    return _back(request, member, f"{place.name} is signed out everywhere.", "person", person)


@never_cache
@require_safe
@seeing
def roles(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what every role may do, as this programme has adjusted it."""
    return _page(
        request,
        member,
        "roles",
        rows=queries.matrix_of(member.programme),
        roles=list(Role),
        role_choices=[(role.value, role.words) for role in Role if role.value != member.role],
        right_choices=[
            (right.value, f"{right.value}: {MEANS[right]}") for right in Right if right not in FOR_TOKENS
        ],
    )


@require_POST
@adjusting
def adjust_role(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Grant or deny a right to a role on this programme."""
    sent = request.POST
    role, right, granted = forms.read_role(sent), forms.read_right(sent), forms.read_change(sent)
    actions.adjust_role(
        programme=member.programme, role=role, right=right, granted=granted, actor=actor_of(member), by=member
    )
    said = f"{role.words.capitalize()}: {right.value} is {_becomes(granted)}."
    return _back(request, member, said, "roles")


@never_cache
@require_safe
@seeing
def rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what the programme asks of who enters."""
    return _page(request, member, "rules", hours=write_hours(member.programme.allowed_hours))


@require_POST
@staff_page(Right.MANAGE_PROGRAMME)
def change_rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Change what the programme asks of who enters; open pages meet it at once. Nobody shuts themselves out."""
    rules = forms.read_rules(request.POST)
    member.programme = actions.set_rules(programme=member.programme, actor=actor_of(member), **rules)
    arrival = arrival_of(request, member.user, member.programme)
    if found := lapses(member, now=clock.now(), arrival=arrival):
        words = " ".join(lapse.words for lapse in found)
        raise Invalid(f"Not saved, because it would shut you out: {words} Put that right for yourself first.")
    return _back(request, member, "Saved. These rules hold from now on.", "rules")


@never_cache
@require_safe
@issuing
def tokens(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the programme's tokens."""
    return _tokens(request, member)


@never_cache
@require_POST
@issuing
def make_token(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Make a token and show its secret, now and never again."""
    name, right, ends = forms.read_token(request.POST, member.programme.zone)
    secret = actions.issue_token(
        programme=member.programme, name=name, rights=[right], expires_at=ends, actor=actor_of(member), by=member
    )
    return _tokens(request, member, secret=secret)


@require_POST
@issuing
def end_token(request: HttpRequest, member: Member, token: UUID) -> HttpResponseBase:
    """End a token at once."""
    found = access_own_token(member, token)
    actions.revoke_token(found, actor=actor_of(member))
    return _back(request, member, f"The token {found.name} is ended.", "tokens")


def _tokens(request: HttpRequest, member: Member, secret: str = "") -> HttpResponse:
    context = {
        **_context(member, "tokens"),
        "secret": secret,
        "tokens": tokens_of(member.programme),
        "rights": [(right.value, f"{right.value}: {MEANS[right]}") for right in Right if _may_give(member, right)],
        "ends": (clock.now() + timedelta(days=90)).astimezone(member.programme.zone).date(),
    }
    return pages.page_or_fragment(request, "studio/tokens.html", "studio/tokens_part.html", context)


def _may_give(member: Member, right: Right) -> bool:
    return right in TOKENS_MAY and (right in FOR_TOKENS or member.may(right))


def _page(request: HttpRequest, member: Member, name: str, **more: Any) -> HttpResponse:
    return pages.render(request, f"studio/{name}.html", {**_context(member, name), **more})


def _context(member: Member, tab: str) -> dict[str, Any]:
    return {"member": member, "programme": member.programme, "section": "people", "tab": tab}


def _back(request: HttpRequest, member: Member, said: str, name: str, *arguments: Any) -> HttpResponse:
    return pages.redirect(request, reverse(name, args=[member.programme.key, *arguments]), said=said)


def _becomes(granted: bool | None) -> str:
    return {True: "granted", False: "denied", None: "as the role has it"}[granted]
