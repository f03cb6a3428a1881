"""Somebody comes from a partner's sign-in service: who is it here, and which places have they now?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts import directory
from rapport.accounts.doors import entering
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.turns import Turn, take_turns
from rapport.provisioning import queries
from rapport.provisioning.actions import identity_of, settle
from rapport.provisioning.events import PersonTold, VouchedFor
from rapport.provisioning.models import Entry, GroupMapping, Identity, Subject
from rapport.provisioning.naming import as_compared, checked
from rapport.provisioning.services import NotVouched, Vouched, programmes_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme, User
    from rapport.provisioning.models import Service

LONGEST_SUBJECT = 255
LONGEST_NAME = 150  # as SCIM's userName
MOST_GROUPS = 1000
MOST_FACTORS = 20
CODE = re.compile(r"[A-Za-z0-9:/._+#-]{1,100}")


@transaction.atomic
def arrive(service: Service, vouched: Vouched) -> User | None:
    """Return who the service vouched for, if they have a place on a programme of its partner; else None.

    What the service said of groups holds from now on, also for who is not let in: a group that was lost takes its
    place with it. Who is not known is made known only where one of their groups gives a place.
    """
    if not vouched.subject.isprintable() or not 0 < len(vouched.subject) <= LONGEST_SUBJECT:
        raise NotVouched("no name of the service's own for the person, or one that cannot be kept")
    if len(vouched.called) > LONGEST_NAME:
        raise NotVouched("a name that is too long to be a directory's")
    called = checked(vouched.called, "The name your company's sign-in service gave")
    programmes = programmes_of(service.partner_id)
    for programme in programmes:
        take_turns(Turn.DIRECTORIES, programme.pk)
    identity = _known(service, vouched.subject, called)
    groups = None if vouched.groups is None else _compared(vouched.groups)
    placed = []
    for programme in programmes:
        with entering(programme.key):
            entry = _entry(programme, identity, vouched, called, groups)
            if entry is None:
                continue
            identity = entry.identity
            if groups != (None if entry.claimed is None else sorted(entry.claimed)):
                Entry.objects.filter(pk=entry.pk).update(claimed=groups)
                entry.claimed = groups
            settle(entry, actor=f"service:{service.key}")
            if directory.has_place(programme=programme, user=entry.identity.user):
                placed.append(programme)
    if not placed or identity is None:
        return None
    Subject.objects.get_or_create(service=service, subject=vouched.subject, defaults={"identity": identity})
    for programme in placed:
        with entering(programme.key):
            happening = VouchedFor(service=service.key, factors=_codes(vouched.factors))
            subject = identity.user.public_id
            announce(happening, programme=programme, subject=subject, actor=f"service:{service.key}")
    return identity.user


def _known(service: Service, subject: str, called: str) -> Identity | None:
    """Return who this is here, None for nobody yet; NotVouched where the name is another subject's.

    The service's own name for a person counts before what it calls them now; a name counts only for who never
    came by this service, and only within its partner.
    """
    known = Subject.objects.select_related("identity__user").filter(service=service, subject=subject).first()
    if known is not None:
        return known.identity
    names = Identity.objects.select_related("user").filter(partner=service.partner_id)
    found = names.filter(key=as_compared(called)).first()
    if found is not None and Subject.objects.filter(service=service, identity=found).exists():
        raise NotVouched("the service gave the name of a person to another one")
    return found


def _entry(
    programme: Programme, identity: Identity | None, vouched: Vouched, called: str, groups: list[str] | None
) -> Entry | None:
    """Return the person's entry on the programme, made where their groups give them a place there."""
    if identity is not None:
        entries = Entry.objects.select_related("programme__partner", "identity__user")
        found = entries.filter(programme=programme, identity=identity).first()
        if found is not None:
            return found
    if not groups or not GroupMapping.objects.filter(programme=programme, key__in=groups).exists():
        return None
    if queries.is_told_by_scim(programme):
        return None  # whoever the directory does not tell of has left it
    name = checked(" ".join(vouched.name.split())[:200] or called, "A name")
    made_for = identity or identity_of(programme, called=called, name=name)
    if programme.pk not in made_for.programme_ids:
        made_for.programme_ids = sorted({*made_for.programme_ids, programme.pk})
        made_for.save(update_fields=["programme_ids"])
    now = clock.now()
    entry = Entry.objects.create(
        programme=programme,
        identity=made_for,
        source=Entry.Source.SIGN_IN,
        claimed=groups,
        created_at=now,
        changed_at=now,
    )
    happening = PersonTold(Entry.Source.SIGN_IN.value)
    announce(happening, programme=programme, subject=entry.public_id, actor="system")
    return entry


def _codes(factors: frozenset[str]) -> list[str]:
    """Return those that are codes: what a provider says goes into a log that cannot be changed."""
    return sorted(filter(CODE.fullmatch, factors))[:MOST_FACTORS]


def _compared(groups: frozenset[str]) -> list[str]:
    return sorted({as_compared(each) for each in groups if len(each) <= 200 and each.isprintable()})[:MOST_GROUPS]
