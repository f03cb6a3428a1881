"""Writes of people and programmes: who has a place, what they may do, what lets them in, and tokens.

Every change is an event, and ends the streams it touches: their pages meet the door again. Nobody changes their
own place, clearance or rights, nor the role they have; a programme keeps an administrator. Who changes a
programme's people, rights or rules holds the programme's row, one after the other.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from rapport.accounts.access import require_real
from rapport.accounts.doors import at_each_place
from rapport.accounts.events import (
    AdministratorsGone,
    ClearanceChanged,
    PlaceChanged,
    Placed,
    RightChanged,
    RoleAdjusted,
    RulesChanged,
    ShutOut,
    SignedIn,
    SignedOut,
    SinceChanged,
    TokenIssued,
    TokenRevoked,
)
from rapport.accounts.models import (
    ApiToken,
    Member,
    Partner,
    Programme,
    RoleChange,
    Screening,
    Team,
    User,
    in_ninety_days,
)
from rapport.accounts.roles import FOR_TOKENS, NEVER_DENIED, TOKENS_MAY, Right, Role
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.live.closing import close

EARLIEST = date(1950, 1, 1)
LAST_YEAR = 2999
CLEARANCE = ("screening", "screened_until", "agreements", "allowed_networks", "allowed_hours")
RULES = (
    "requires_second_factor",
    "requires_screening",
    "required_agreements",
    "allowed_networks",
    "allowed_hours",
    "agreements_hold_days",
)


@transaction.atomic
def ensure_programme(*, key: str, name: str = "", partner_name: str = "", **rules: Any) -> tuple[Programme, bool]:
    """Return the programme with this key and whether it had to be made, with ``rules`` as its settings.

    Raises Conflict for one to practise in: what comes from outside is for the programme itself.
    """
    if not key or not key.replace("-", "").replace("_", "").isalnum() or key != key.lower():
        raise Invalid(f"{key!r} cannot be a programme's key: use lower-case letters, digits and hyphens.")
    found = Programme.objects.filter(key=key).first()
    if found is not None:
        require_real(found)
        return found, False
    partner, _ = Partner.objects.get_or_create(key=key, defaults={"name": partner_name or name or key})
    return Programme.objects.get_or_create(key=key, defaults={"partner": partner, "name": name or key, **rules})


@transaction.atomic
def ensure_member(
    *,
    programme: Programme,
    agent_id: str,
    name: str = "",
    role: Role = Role.REP,
    username: str = "",
    password: str | None = None,
    actor: str = "",
) -> Member:
    """Return the member with this agent id, made with a person of their own where missing.

    ``actor`` gave the place; empty for setting up, and for agents that a file of calls names, who cannot enter.

    Usernames are one name space for the installation, so the default is ``<programme>.<agent id>``.
    """
    found = Member.objects.filter(programme=programme, agent_id=agent_id).select_related("user").first()
    if found:
        return found
    username = username or f"{programme.key}.{agent_id}"
    user = User.objects.filter(username=username).first() or User.objects.create_user(
        username, name=name or agent_id, password=password
    )
    member, is_new = Member.objects.get_or_create(
        programme=programme, user=user, defaults={"agent_id": agent_id, "role": role.value}
    )
    if is_new and actor:
        announce(Placed(member.agent_id, member.role), programme=programme, subject=user.public_id, actor=actor)
    return member


def ensure_installation_administrator(*, username: str, password: str) -> User:
    """Return the person who runs the machine and sees no customer."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, name="Administrator", password=password)
    if not user.runs_installation:
        user.runs_installation = True
        user.save(update_fields=["runs_installation"])
    return user


@transaction.atomic
def issue_token(
    *,
    programme: Programme,
    name: str,
    rights: Iterable[Right],
    expires_at: datetime | None = None,
    actor: str = "command",
    by: Member | None = None,
) -> str:
    """Make a token and return its secret, which is not kept and cannot be shown again.

    A person gives a token no right that they have not themselves, but those that are for tokens only.
    """
    require_real(programme)
    rights = frozenset(rights)
    if useless := rights - TOKENS_MAY:
        raise Invalid(f"{', '.join(sorted(useless))}: no program can use that.")
    if by is not None and (lacking := rights - by.rights - FOR_TOKENS):
        raise Forbidden(f"You cannot give {', '.join(sorted(lacking))}: you have it not yourself.")
    if not name.strip():
        raise Invalid("Say what will use the token.")
    ends = expires_at or in_ninety_days()
    if ends <= clock.now():
        raise Invalid("A token must end in the future.")
    secret = "rpt_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        programme=programme,
        name=name.strip()[:100],
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        rights=sorted(right.value for right in rights),
        expires_at=ends,
    )
    happening = TokenIssued(token.rights, ends.isoformat())
    announce(happening, programme=programme, subject=token.public_id, actor=actor)
    return secret


def token_end(last: date, zone: ZoneInfo) -> datetime:
    """Return when a token ends whose last day in ``zone`` this is; Invalid beyond what there is a day after."""
    if last.year > LAST_YEAR:
        raise Invalid(f"Choose a day before the year {LAST_YEAR + 1}.")
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: str = "command") -> None:
    """End a token at once; one that has ended stays as it is."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
        announce(TokenRevoked(), programme=token.programme, subject=token.public_id, actor=actor)


def note_signed_in(user: User, *, how: str) -> None:
    """Record on each of the person's programmes that they came, and by which ways."""
    tell_places(user, SignedIn(how=how))


def note_signed_out(user: User) -> None:
    """Record on each of the person's programmes that they went."""
    tell_places(user, SignedOut())


@transaction.atomic
def shut_out(*, user: User, why: str, actor: str = "system") -> None:
    """End all of a person's sessions and streams; ``why`` is a code, such as "deprovisioned"."""
    end_sessions(user)
    tell_places(user, ShutOut(why), actor=actor)


@transaction.atomic
def set_active(*, user: User, is_active: bool, why: str, actor: str = "system") -> None:
    """Block a person from signing in anywhere, or let them again; a blocked one is out at once."""
    User.objects.filter(pk=user.pk).update(is_active=is_active)
    if not is_active:
        shut_out(user=user, why=why, actor=actor)


@transaction.atomic
def change_place(
    *,
    member: Member,
    actor: str,
    by: Member | None = None,
    role: Role | None = None,
    team: str | None = None,
    is_active: bool | None = None,
) -> Member:
    """Give a person another role or team ("" for none), or end or resume their place; open pages close at once."""
    _not_oneself(member, by)
    member = _locked(member)
    before = _place(member)
    if role is not None:
        if Role.ADMINISTRATOR in (role, member.role) and by is not None and not by.may(Right.ADJUST_ROLES):
            raise Forbidden("Only who may adjust roles makes or unmakes administrators.")
        member.role = role.value
    if team is not None:
        member.team = Team.objects.get_or_create(programme=member.programme, name=team)[0] if team else None
    if is_active is not None:
        member.is_active = is_active
    after = _place(member)
    if after == before:
        return member
    member.save(update_fields=["role", "team", "is_active"])
    if Role.ADMINISTRATOR in (before[0], member.role) and not member.user.is_emergency:
        _keep_an_administrator(member.programme)
    (role_was, team_was, was_active), (role_is, team_is, now_active) = before, after
    _tell(
        member,
        PlaceChanged(member.agent_id, role_was, role_is, team_was, team_is, was_active, now_active),
        actor,
    )
    return member


@transaction.atomic
def set_clearance(*, member: Member, actor: str, by: Member | None = None, **values: Any) -> Member:
    """Put on file what a person meets of the programme's conditions; ``values`` are fields of CLEARANCE."""
    _not_oneself(member, by)
    if unknown := set(values) - set(CLEARANCE):
        raise Invalid(f"{', '.join(sorted(unknown))}: not part of a clearance.")
    if values.get("screening", Screening.NONE) not in Screening.values:
        raise Invalid(f"{values['screening']!r} is no state of a screening.")
    member = _locked(member)
    was = member.screening
    changed = [name for name, value in values.items() if getattr(member, name) != value]
    for name in changed:
        setattr(member, name, values[name])
    if changed:
        member.save(update_fields=changed)
        _tell(member, ClearanceChanged(member.agent_id, sorted(changed), was, member.screening), actor)
    return member


@transaction.atomic
def set_since(*, member: Member, on: date, actor: str, by: Member | None = None) -> Member:
    """Put on file on which day a person joined: tenure and milestones are told from it. Raises Invalid."""
    _not_oneself(member, by)
    member = _locked(member)
    zone = member.programme.zone
    if not EARLIEST <= on <= clock.now().astimezone(zone).date():
        raise Invalid(f"The day somebody joined lies between {EARLIEST:%-d %B %Y} and today.")
    before = member.since.astimezone(zone).date()
    if on != before:
        member.since = datetime.combine(on, time(), zone)
        member.save(update_fields=["since"])
        announce(
            SinceChanged(member.agent_id, before.isoformat(), on.isoformat()),
            programme=member.programme,
            subject=member.user.public_id,
            actor=actor,
        )
    return member


@transaction.atomic
def sign_agreement(*, member: Member, agreement: str, on: date, actor: str, by: Member | None = None) -> Member:
    """Put on file that a person signed an agreement, named with its version."""
    member = _locked(member)
    return set_clearance(
        member=member, actor=actor, by=by, agreements={**member.agreements, agreement: on.isoformat()}
    )


@transaction.atomic
def adjust_person(
    *, member: Member, right: Right, granted: bool | None, actor: str, by: Member | None = None
) -> None:
    """Grant a right to one person, deny it to them, or leave it to their role (None)."""
    _not_oneself(member, by)
    member = _locked(member)
    _grantable(Role(member.role), right, granted)
    before = _set_change(member.programme, {"member": member}, right, granted)
    if before != _words(granted):
        _tell(member, RightChanged(member.agent_id, right.value, before, _words(granted)), actor)


@transaction.atomic
def adjust_role(
    *, programme: Programme, role: Role, right: Right, granted: bool | None, actor: str, by: Member | None = None
) -> None:
    """Grant a right to a role on the programme, deny it to the role, or leave it as the code has it (None)."""
    if by is not None and by.role == role.value:
        raise Forbidden("Nobody adjusts the role they have. Ask somebody with another one.")
    _grantable(role, right, granted)
    programme = lock_programme(programme.pk)
    before = _set_change(programme, {"role": role.value}, right, granted)
    if before == _words(granted):
        return
    happening = RoleAdjusted(role.value, right.value, before, _words(granted))
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    _close_all(Member.objects.filter(programme=programme, role=role.value).values_list("user_id", flat=True))


@transaction.atomic
def set_rules(*, programme: Programme, actor: str, **rules: Any) -> Programme:
    """Change what the programme asks of who enters (fields of RULES). Open pages meet it at once."""
    if unknown := set(rules) - set(RULES):
        raise Invalid(f"{', '.join(sorted(unknown))}: not rules of entry.")
    programme = lock_programme(programme.pk)
    changed = [name for name, value in rules.items() if getattr(programme, name) != value]
    for name in changed:
        setattr(programme, name, rules[name])
    if changed:
        programme.save(update_fields=changed)
        announce(RulesChanged(sorted(changed)), programme=programme, subject=programme.public_id, actor=actor)
        _close_all(Member.objects.filter(programme=programme, is_active=True).values_list("user_id", flat=True))
    return programme


def lock_programme(programme_id: int) -> Programme:
    """Return the programme, held for whoever changes its people or rules; rows that only refer to it go on."""
    return Programme.objects.select_for_update(no_key=True).get(pk=programme_id)


def note_administrators_gone(programme: Programme, *, actor: str) -> None:
    """Record that a programme has no administrator left, where it has none; the caller holds the programme."""
    if not _has_administrator(programme):
        announce(AdministratorsGone(), programme=programme, subject=programme.public_id, actor=actor)


def end_sessions(user: User) -> None:
    """Make every session of the person worthless, and end their streams, with the caller's commit."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    close(person=user.pk)


@transaction.atomic
def tell_places(user: User, happening: Happening, *, actor: str = "") -> None:
    """Record what happened to a person on each of their programmes; they did it unless ``actor`` says who."""

    def tell(place: Member) -> None:
        by = actor or f"member:{place.pk}"
        announce(happening, programme=place.programme, subject=user.public_id, actor=by)

    at_each_place(user, tell)


def _not_oneself(member: Member, by: Member | None) -> None:
    if by is not None and by.user_id == member.user_id:
        raise Forbidden("Nobody changes their own place or clearance. Ask another administrator.")


def _locked(member: Member) -> Member:
    """Return the member locked behind their programme, so that two changes cannot each leave the other's."""
    lock_programme(member.programme_id)
    return (
        Member.objects.select_for_update(of=("self",))
        .select_related("programme", "user", "team")
        .get(pk=member.pk)
    )


def _place(member: Member) -> tuple[str, int | None, bool]:
    return member.role, member.team_id, member.is_active


def _keep_an_administrator(programme: Programme) -> None:
    if not _has_administrator(programme):
        raise Conflict("This is the programme's last administrator. Make another one first.")


def _has_administrator(programme: Programme) -> bool:
    """Say whether somebody administers the programme; who is there for an hour, by emergency access, does not."""
    administrators = Member.objects.filter(programme=programme, role=Role.ADMINISTRATOR.value, is_active=True)
    return administrators.filter(user__is_active=True, user__is_emergency=False).exists()


def _grantable(role: Role, right: Right, granted: bool | None) -> None:
    if granted and right in FOR_TOKENS:
        raise Invalid(f"{right.value} is for tokens only.")
    if granted is False and role is Role.ADMINISTRATOR and right in NEVER_DENIED:
        raise Conflict(f"{right.value} stays with administrators, or nobody could put things right again.")


def _set_change(programme: Programme, whose: dict[str, Any], right: Right, granted: bool | None) -> str:
    """Make the change the only one of its kind; return the words for what was before."""
    found = RoleChange.objects.filter(programme=programme, right=right.value, **whose).first()
    before = _words(found.granted if found else None)
    if granted is None and found is not None:
        found.delete()
    elif granted is not None:
        RoleChange.objects.update_or_create(
            programme=programme, right=right.value, **whose, defaults={"granted": granted}
        )
    return before


def _words(granted: bool | None) -> str:
    return "" if granted is None else "granted" if granted else "denied"


def _tell(member: Member, happening: Happening, actor: str) -> None:
    announce(happening, programme=member.programme, subject=member.user.public_id, actor=actor)
    close(person=member.user_id)


def _close_all(user_ids: Any) -> None:
    for user_id in user_ids:
        close(person=user_id)
