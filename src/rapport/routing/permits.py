"""Permits: without one a rep is offered no contact that a rule keeps behind it, and has less freedom in guides.

Modules above say what asks for a permit, and give and end it, in their own transactions. Whether one is valid is
decided by the clock whenever it is asked for. To the policy a permit is a skill that every step asks for: nobody
is offered the contact without it, however far it widens. What is in hand stays in hand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Min, Q

from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.often import Given, Often
from rapport.routing import presence
from rapport.routing.events import PermitEnded, PermitGiven, PermitRuleChanged
from rapport.routing.models import Doing, Permit, PermitRule, Proficiency
from rapport.routing.plan.rules import Route
from rapport.routing.routes import Steps, route_for
from rapport.routing.terms import Need
from rapport.routing.versions import plans_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

HIGHEST = 5
_rules = Often(lambda: PermitRule.objects.filter(programme=Given("programme")).order_by("name"))


class Rule(NamedTuple):
    """What asks for a permit: contacts of a skill (empty: every contact)."""

    name: str
    skill: str


def refusing(programme: Programme) -> tuple[Rule, ...]:
    """Return the rules that keep contacts from who has no permit."""
    return tuple(Rule(one.name, one.skill) for one in _rules(programme=programme.pk) if one.refuses)


def needs_of(rules: Collection[Rule], route: Route | None) -> tuple[Need, ...]:
    """Return the permits that contacts of a route ask for: those of all, and of each skill that a step names."""
    named = {skill for step in route.steps for skill in step.skills} if route else set()
    return tuple(Need(rule.name) for rule in rules if not rule.skill or rule.skill in named)


def asking(steps: Steps, needs: tuple[Need, ...]) -> Steps:
    """Return the steps, each of which asks for these permits too."""
    return tuple(replace(one, needs=(*one.needs, *needs)) for one in steps) if needs else steps


def valid_in(programme: Programme, whose: Q) -> list[tuple[int, str]]:
    """Return who has which permits at this moment: the member's id and the permit's name."""
    rows = Permit.objects.filter(whose, programme=programme, valid_until__gt=clock.now())
    return list(rows.values_list("member_id", "rule__name"))


def next_lapse(programme: Programme) -> datetime | None:
    """Return when the next of the programme's permits ends."""
    rows = Permit.objects.filter(programme=programme, valid_until__gt=clock.now())
    found: datetime | None = rows.aggregate(next=Min("valid_until"))["next"]
    return found


def missing(contact: Contact, member: Member) -> str:
    """Return the name of a permit that the contact asks for and the member does not have now, or an empty text."""
    return missing_in(contact.programme, [(contact, member)])[0]


def missing_in(programme: Programme, pairs: Sequence[tuple[Contact, Member]]) -> list[str]:
    """Return the same for several contacts of a programme, each with a member, in their order."""
    rules = refusing(programme)
    if not rules or not pairs:
        return [""] * len(pairs)
    plans = plans_of(programme)
    asked = [
        needs_of(rules, route_for(plans.of(one), one.queue, one.reason.key if one.reason else None))
        for one, _ in pairs
    ]
    held = set(valid_in(programme, Q(member__in={member.pk for _, member in pairs}))) if any(asked) else set()
    return [
        next((need.skill for need in needs if (member.pk, need.skill) not in held), "")
        for needs, (_, member) in zip(asked, pairs, strict=True)
    ]


def missing_for_all(member: Member) -> list[str]:
    """Return the permits that every contact of the programme asks for and the member does not have now."""
    names = {rule.name for rule in refusing(member.programme) if not rule.skill}
    held = {name for _, name in valid_in(member.programme, Q(member=member.pk))} if names else set()
    return sorted(names - held)


def missing_for_skills(member: Member) -> dict[str, str]:
    """Return the permits that contacts of the member's own skills ask for and they do not have, with the skill."""
    rules = [rule for rule in refusing(member.programme) if rule.skill]
    if not rules:
        return {}
    known = Proficiency.objects.filter(member=member).values_list("skill", flat=True)
    asked = {rule.name: rule.skill for rule in rules if rule.skill in set(known)}
    held = {name for _, name in valid_in(member.programme, Q(member=member.pk))} if asked else set()
    return {name: skill for name, skill in asked.items() if name not in held}


def free_to(member: Member, skill: str) -> int:
    """Return the highest level of a skill that may count for the member now, in guides and for offers."""
    rules = [one for one in _rules(programme=member.programme_id) if one.skill in ("", skill)]
    if not rules:
        return HIGHEST
    rows = Permit.objects.filter(member=member, rule__in=rules, valid_until__gt=clock.now())
    held = dict(rows.values_list("rule_id", "free_to"))
    return min(held.get(one.pk, one.free_without) for one in rules)


@transaction.atomic
def set_rule(*, programme: Programme, name: str, skill: str, refuses: bool, free_without: int, actor: str) -> None:
    """Have contacts of a skill (empty: all) ask for this permit from now on, and freedom depend on it."""
    if " " not in name or len(name) > 80 or not 0 <= free_without <= HIGHEST:
        raise Invalid("A permit is named by two words at least, and freedom without it is from 0 to 5.")
    told = {"skill": skill, "refuses": refuses, "free_without": free_without}
    PermitRule.objects.update_or_create(programme=programme, name=name, defaults=told)
    _changed(programme, PermitRuleChanged(permit=name, skill=skill, refuses=refuses), actor)


@transaction.atomic
def end_rule(*, programme: Programme, name: str, actor: str) -> None:
    """Ask for this permit no more; those that were given end with it."""
    rules = PermitRule.objects.filter(programme=programme, name=name)
    list(rules.select_for_update())  # before its permits, as whoever gives one does
    if rules.delete()[0]:
        _changed(programme, PermitRuleChanged(permit=name, skill="", refuses=False), actor)


@transaction.atomic
def give(*, member: Member, name: str, free_to: int, valid_until: datetime, actor: str) -> bool:
    """Give a permit until then, in place of one that the member has; return whether anything asks for it."""
    rule = PermitRule.objects.select_for_update().filter(programme=member.programme_id, name=name).first()
    if rule is None:
        return False
    told = {"programme_id": member.programme_id, "free_to": free_to, "valid_until": valid_until}
    Permit.objects.update_or_create(rule=rule, member=member, defaults=told)
    _told(member, PermitGiven(rep=member.agent_id, permit=name, until=valid_until.isoformat()), actor)
    return True


@transaction.atomic
def end(*, member: Member, name: str, actor: str) -> bool:
    """End a permit at once; return whether the member had it.

    The router, which offers under the presence's lock, gives nothing more for it; what rings cannot be taken any
    more and stops with its next turn; what is in hand is finished.
    """
    held = presence.locked(member)
    found = Permit.objects.filter(member=member, rule__name=name, rule__programme=member.programme_id)
    rule = PermitRule.objects.filter(pk__in=found.values("rule")).first()
    if rule is None:
        return False
    found.delete()
    if rule.refuses and not rule.skill and held.doing == Doing.AVAILABLE:
        presence.move(held, Doing.MEETING, actor=actor)  # as who has not read the notes: nothing can come
    _told(member, PermitEnded(rep=member.agent_id, permit=name), actor)
    return True


def _told(member: Member, happening: PermitGiven | PermitEnded, actor: str) -> None:
    subject, audience = member.user.public_id, [f"floor:{member.programme_id}", f"member:{member.pk}"]
    announce(happening, programme=member.programme, subject=subject, actor=actor, audience=audience)
    presence.wake_router(member.programme_id, member=member.pk)


def _changed(programme: Programme, happening: PermitRuleChanged, actor: str) -> None:
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    presence.wake_router(programme.pk)
