"""Writes of Rally Notes by e-mail."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.access import require_real
from rapport.accounts.actions import lock_programme
from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.events.actions import announce
from rapport.kit import clock, limits, mail
from rapport.kit.errors import Conflict, Invalid
from rapport.recognition.mailing import events, letters
from rapport.recognition.mailing.access import access_partners, own_recipient, recipient_of_link
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.mailing.queries import is_set_up

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.events.actions import Happening
    from rapport.recognition.models import RallyNote

MOST_PARTNERS = 20
ASKED_A_DAY = 5
DAY_SECONDS = 24 * 3600
CLAIMED_FOR = timedelta(minutes=10)  # longer than any try takes: its process is dead then
GIVEN_UP_AFTER = timedelta(days=1)
LONGEST_PAUSE = 256  # minutes between two tries
MOST_UNANSWERED = 3  # each may be one more copy
KEPT_FOR = timedelta(days=90)
State = Sending.State


@transaction.atomic
def want(*, member: Member, address: str) -> Recipient:
    """Put the member's own address on file and have its code sent there. The same address again changes nothing.

    Raises Invalid for what is no address, Conflict where nothing is sent, TooMany beyond a few a day.
    """
    _require_set_up(member.programme)
    plain = mail.address(address)
    limits.require(
        f"rally-mail:{member.pk}", ASKED_A_DAY, DAY_SECONDS, "That were many addresses for a day. Try tomorrow."
    )
    lock_programme(member.programme_id)
    found = own_recipient(member, lock=True)
    if found is not None and found.address == plain and not found.sendings.filter(state=State.REFUSED).exists():
        return found
    if found is not None:
        found.delete()
    made = _put(member, plain, own=True)
    now = clock.now()
    Sending.objects.create(programme=member.programme, recipient=made, made_at=now, due_at=now)
    return made


@transaction.atomic
def confirm(*, member: Member, code: str) -> None:
    """Have notes sent to the member's own address from now on: its code was typed in. Raises Invalid."""
    found = own_recipient(member, lock=True)
    if found is None:
        raise Conflict("There is no address to confirm. Say first where Rally Notes should go.")
    if not letters.is_code_of(found, code):
        raise Invalid("That is not the code that was sent to this address. Look at the latest letter.")
    if found.confirmed_at is None:
        found.confirmed_at = clock.now()
        found.save(update_fields=["confirmed_at"])
        _tell(member.programme, events.MailConfirmed(recipient=str(found.public_id)), f"member:{member.pk}")


@transaction.atomic
def stop(*, member: Member) -> None:
    """Send the member no more; the address goes. Stopping again changes nothing."""
    found = own_recipient(member, lock=True)
    if found is not None:
        _let_go(member.programme, found, by="self", actor=f"member:{member.pk}")


@transaction.atomic
def stop_by_link(*, programme: Programme, recipient: UUID) -> None:
    """Send no more to whom a letter's own link names. Stopping again changes nothing."""
    found = recipient_of_link(programme, recipient)
    if found is not None:
        _let_go(programme, found, by="link", actor=f"member:{found.member_id}" if found.member_id else "partner")


@transaction.atomic
def add_partners(*, member: Member, address: str) -> Recipient:
    """Have the partner's copy of Rally Notes sent to an address from now on. Raises Invalid or Conflict."""
    _require_set_up(member.programme)
    plain = mail.address(address)
    lock_programme(member.programme_id)
    theirs = Recipient.objects.filter(programme=member.programme, member__isnull=True)
    if (found := theirs.filter(address=plain).first()) is not None:
        return found
    if theirs.count() >= MOST_PARTNERS:
        raise Conflict(f"There are {MOST_PARTNERS} addresses already. Take one away first.")
    return _put(member, plain, own=False)


@transaction.atomic
def remove_partners(*, member: Member, recipient: UUID) -> None:
    """Send no more to an address of the partner's."""
    found = access_partners(member, recipient)
    _let_go(member.programme, found, by="manager", actor=f"member:{member.pk}")


@transaction.atomic
def prepare(*, programme: Programme, note: RallyNote) -> int:
    """Make the sendings of a published letter, one for each who gets it; return how many. Again makes none."""
    if not is_set_up(programme):
        return 0
    now, readers = clock.now(), {one.pk for one in members_with(programme, Right.READ_RALLY_NOTES)}
    found = Recipient.objects.filter(programme=programme, confirmed_at__isnull=False)
    refused = Sending.objects.filter(programme=programme, state=State.REFUSED).values("recipient")
    rows = [
        Sending(programme=programme, recipient=one, note=note, made_at=now, due_at=now)
        for one in found.exclude(pk__in=refused)
        if one.member_id is None or one.member_id in readers
    ]
    return len(Sending.objects.bulk_create(rows, ignore_conflicts=True))


@transaction.atomic
def claim(*, programme: Programme) -> Sending | None:
    """Take one sending that is due and count the try, before anything leaves; None where nothing is due.

    Until the try is over, or its process must be dead, nobody else takes it.
    """
    while (found := _next_due(programme)) is not None:
        if found.recipient.member is not None and not found.recipient.member.may(Right.READ_RALLY_NOTES):
            _let_go(programme, found.recipient, by="system", actor="system")
            continue
        found.tries, found.due_at = found.tries + 1, clock.now() + CLAIMED_FOR
        found.save(update_fields=["tries", "due_at"])
        return found
    return None


def _next_due(programme: Programme) -> Sending | None:
    due = Sending.objects.filter(programme=programme, state=State.WAITING, due_at__lte=clock.now())
    return (
        due.select_for_update(of=("self", "recipient"), skip_locked=True)
        .select_related("note", "recipient__programme", "recipient__member__user", "recipient__member__programme")
        .order_by("due_at", "pk")
        .first()
    )


@transaction.atomic
def conclude(*, sending: Sending, fault: mail.Refused | mail.Unanswered | mail.Unusable | None) -> None:
    """Write down what came of a try: sent, to be tried again later, or given up."""
    rows = Sending.objects.select_for_update(of=("self",)).select_related("note", "recipient__programme")
    kept = rows.filter(pk=sending.pk, state=State.WAITING).first()
    if kept is None:  # its reader stopped meanwhile
        return
    now = clock.now()
    kept.answers += not isinstance(fault, mail.Unanswered)
    kept.reason = str(fault)[:200] if fault else ""
    is_late = now >= kept.made_at + GIVEN_UP_AFTER or kept.tries - kept.answers >= MOST_UNANSWERED
    if fault is None:
        _end(kept, State.SENT)
    elif isinstance(fault, mail.Refused) and fault.is_lasting:
        _end(kept, State.REFUSED)
    elif is_late:
        _end(kept, State.FAILED)
    else:
        kept.due_at = now + timedelta(minutes=min(4 ** (kept.tries - 1), LONGEST_PAUSE))
    kept.save()


def _end(sending: Sending, state: Sending.State) -> None:
    sending.state, sending.ended_at = state, clock.now()
    told = events.Mailed if state is State.SENT else events.MailFailed
    day, to = sending.note.day.isoformat() if sending.note else "", sending.recipient
    _tell(to.programme, told(recipient=str(to.public_id), day=day, tries=sending.tries), "system")


@transaction.atomic
def put_off(*, programme: Programme, fault: mail.Unusable) -> None:
    """Say at what is due why it has not left; what waited for a day is given up."""
    now = clock.now()
    due = Sending.objects.filter(programme=programme, state=State.WAITING, due_at__lte=now)
    due.update(reason=str(fault)[:200])
    for one in due.select_related("note", "recipient__programme").filter(made_at__lte=now - GIVEN_UP_AFTER):
        _end(one, State.FAILED)
        one.save(update_fields=["state", "ended_at"])


@transaction.atomic
def let_go(*, programme: Programme) -> int:
    """Erase the addresses of who left or may no longer read (return how many), and what became of old copies."""
    readers = [one.pk for one in members_with(programme, Right.READ_RALLY_NOTES)]
    gone = Recipient.objects.filter(programme=programme, member__isnull=False).exclude(member__in=readers)
    found = list(gone)
    for one in found:
        _let_go(programme, one, by="system", actor="system")
    old = Sending.objects.filter(programme=programme, ended_at__lt=clock.now() - KEPT_FOR)
    old.exclude(state=State.REFUSED).delete()
    return len(found)


def _put(member: Member, address: str, *, own: bool) -> Recipient:
    now = clock.now()
    made = Recipient.objects.create(
        programme=member.programme,
        member=member if own else None,
        address=address,
        set_by=member,
        set_at=now,
        confirmed_at=None if own else now,
    )
    told = events.MailWanted(recipient=str(made.public_id), kind="member" if own else "partner")
    _tell(member.programme, told, f"member:{member.pk}")
    return made


def _let_go(programme: Programme, recipient: Recipient, *, by: str, actor: str) -> None:
    told = events.MailStopped(recipient=str(recipient.public_id), by=by)
    list(Recipient.objects.select_for_update().filter(pk=recipient.pk))  # before its sendings, which go too
    recipient.delete()
    _tell(programme, told, actor)


def _require_set_up(programme: Programme) -> None:
    require_real(programme)
    if not is_set_up(programme):
        raise Conflict("This installation sends no e-mail: no mail server is set (RAPPORT_MAIL_HOST).")


def _tell(programme: Programme, happening: Happening, actor: str) -> None:
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
