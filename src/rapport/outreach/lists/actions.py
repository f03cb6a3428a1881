"""Writes of lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.outreach.events import ListRefreshed, ListRetired, ListSaved
from rapport.outreach.lists.checking import note_of, read
from rapport.outreach.lists.choosing import CAUSES, CRITERIA, chosen
from rapport.outreach.lists.fields import Moment
from rapport.outreach.models import CustomerList, ListMember, ListMove, ListRefresh, ListVersion

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.outreach.lists.criteria import Criteria

BATCH = 5_000


@transaction.atomic
def make_list(*, member: Member, name: str, criteria: Criteria, note: str = "") -> CustomerList:
    """Make a list, with its first version, and look who is on it."""
    name = note_of(name, most=120, what="name")
    if not name:
        raise Invalid("Give the list a name.")
    made = CustomerList(programme=member.programme, name=name, made_at=clock.now())
    kept = CustomerList.objects.bulk_create([made], ignore_conflicts=True)[0]
    found = CustomerList.objects.select_for_update().filter(programme=member.programme, name=name).first()
    if found is None or found.public_id != kept.public_id:
        raise Conflict("There is a list of this name already. Choose another.")
    _put(found, member, criteria, note, number=1)
    return found


@transaction.atomic
def save_version(
    *, member: Member, which: CustomerList, criteria: Criteria, instead_of: int, note: str = ""
) -> int:
    """Save other criteria as the list's next version; Conflict where somebody else saved one meanwhile."""
    found = _locked(which)
    newest = found.versions.order_by("-number").first()
    if newest is None or newest.number != instead_of:
        raise Conflict("Somebody saved this list meanwhile. Open it again, and make your change there.")
    if read(newest.content) == criteria:
        return newest.number
    _put(found, member, criteria, note, number=newest.number + 1)
    return newest.number + 1


@transaction.atomic
def refresh(*, which: CustomerList) -> ListRefresh:
    """Look who is on the list now, and keep who came and who went, and why. Nothing new keeps no new moves."""
    found = _locked(which)
    version = found.versions.order_by("-number").first()
    if version is None:
        raise Conflict("This list has no criteria.")
    now = clock.now()
    rows = chosen(Moment(found.programme, now), read(version.content)).values_list("pk", "kept_off")
    fit = dict(rows.iterator(chunk_size=BATCH))
    wanted = {pk for pk, cause in fit.items() if not cause}
    before = set(ListMember.objects.filter(list=found).values_list("customer_id", flat=True))
    kept_off = Counter(cause for cause in fit.values() if cause)
    done = ListRefresh.objects.create(
        programme=found.programme,
        list=found,
        version=version,
        at=now,
        fit=len(fit),
        kept_off={code: kept_off[code] for code in CAUSES if kept_off[code]},
        members=len(wanted),
        came=len(wanted - before),
        went=len(before - wanted),
    )
    _move(done, came=sorted(wanted - before), went={pk: fit.get(pk, CRITERIA) for pk in before - wanted})
    announce(
        ListRefreshed(version.number, done.fit, done.members, done.came, done.went, kept_off.total()),
        programme=found.programme,
        subject=found.public_id,
        actor="system",
    )
    return done


@transaction.atomic
def retire(*, member: Member, which: CustomerList) -> None:
    """Take a list out of use, and everybody off it; again changes nothing."""
    found = CustomerList.objects.select_for_update().get(pk=which.pk)
    if found.retired_at is not None:
        return
    found.retired_at = clock.now()
    found.save(update_fields=["retired_at"])
    ListMember.objects.filter(list=found).delete()
    actor = f"member:{member.pk}"
    announce(ListRetired(), programme=found.programme, subject=found.public_id, actor=actor)


def _locked(which: CustomerList) -> CustomerList:
    found = CustomerList.objects.select_for_update(of=("self",)).select_related("programme").get(pk=which.pk)
    if found.retired_at is not None:
        raise Conflict("This list is retired. Make a new one from its criteria.")
    return found


def _put(which: CustomerList, member: Member, criteria: Criteria, note: str, *, number: int) -> None:
    ListVersion.objects.create(
        programme=which.programme,
        list=which,
        number=number,
        content=criteria.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        note=note_of(note, most=200, what="note"),
        made_by=member,
        made_at=clock.now(),
    )
    actor = f"member:{member.pk}"
    announce(ListSaved(number), programme=which.programme, subject=which.public_id, actor=actor)
    refresh(which=which)


def _move(done: ListRefresh, *, came: list[int], went: dict[int, str]) -> None:
    """Keep who came and went, and bring the members to what they are."""
    common = {"programme_id": done.programme_id, "at": done.at}
    moves = [ListMove(refresh=done, customer_id=pk, came=True, **common) for pk in came]
    moves += [
        ListMove(refresh=done, customer_id=pk, came=False, because=cause, **common)
        for pk, cause in sorted(went.items())
    ]
    members = [
        ListMember(programme_id=done.programme_id, list_id=done.list_id, customer_id=pk, since=done.at)
        for pk in came
    ]
    ListMember.objects.filter(list_id=done.list_id, customer__in=list(went)).delete()
    ListMember.objects.bulk_create(members, batch_size=BATCH)
    ListMove.objects.bulk_create(moves, batch_size=BATCH)
