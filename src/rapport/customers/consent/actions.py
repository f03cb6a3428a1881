"""Writes of consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.customers.consent.models import Barred, ContactBar, Source
from rapport.customers.events import ContactBarsChanged
from rapport.customers.standing import held
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer


@transaction.atomic
def set_bars(*, member: Member, customer: Customer, channels: Iterable[str]) -> None:
    """Have the customer contacted on none of these channels, and on all others again; the same changes nothing."""
    wanted = _known(channels)
    now = held(customer) if customer.programme_id == member.programme_id else None
    if now is None:
        raise NotFound
    if not now.is_active:
        raise Conflict(f"This customer's data is {now.standing}: it cannot be used or changed.")
    before = _bars(member.programme, [now.pk]).get(now.pk, {})
    if wanted == set(before):
        return
    ContactBar.objects.filter(pk__in=[pk for channel, pk in before.items() if channel not in wanted]).update(
        until=clock.now()
    )
    ContactBar.objects.bulk_create(_rows(now, wanted - set(before), Source.REP))
    announce(
        ContactBarsChanged(channels=sorted(wanted), source=Source.REP.value),
        programme=member.programme,
        subject=now.public_id,
        actor=f"member:{member.pk}",
    )


def take_bars(*, programme: Programme, told: Mapping[Customer, Iterable[str]]) -> dict[Customer, tuple[str, str]]:
    """Have each customer, locked by who imports, contacted as the partner's file says; return what changed.

    What a customer told a rep stands until a rep takes it back: a file that does not know of it does not end it.
    """
    before = _bars(programme, [one.pk for one in told])
    changed: dict[Customer, tuple[str, str]] = {}
    ends: list[int] = []
    begins: list[ContactBar] = []
    of_file = set(
        ContactBar.objects.filter(
            customer__in=[one.pk for one in told], source=Source.FILE, until__isnull=True
        ).values_list("pk", flat=True)
    )
    for customer, channels in told.items():
        was, wanted = before.get(customer.pk, {}), _known(channels)
        gone = {channel for channel, pk in was.items() if channel not in wanted and pk in of_file}
        if gone or wanted - set(was):
            ends += [was[channel] for channel in gone]
            begins += _rows(customer, wanted - set(was), Source.FILE)
            changed[customer] = (_words(was), _words((set(was) - gone) | wanted))
    ContactBar.objects.filter(pk__in=ends).update(until=clock.now())
    ContactBar.objects.bulk_create(begins)
    return changed


def channels_in(text: str) -> list[str]:
    """Return the channels that a file's words name: yes or all, no or nothing, or some, parted by spaces."""
    words = text.lower().replace(",", " ").replace(";", " ").split()
    if not words or words in (["no"], ["false"], ["0"]):
        return []
    if words in (["yes"], ["true"], ["1"], ["all"]):
        return [Barred.ANY.value]
    return sorted(_known(words))


def _known(channels: Iterable[str]) -> set[str]:
    wanted = set(channels)
    if unknown := sorted(wanted - set(Barred.values)):
        raise Invalid(f"{unknown[0][:40]!r} is no way to contact somebody; there are {', '.join(Barred.values)}.")
    return wanted


def _bars(programme: Programme, customers: Iterable[int]) -> dict[int, dict[str, int]]:
    rows = ContactBar.objects.filter(programme=programme, customer__in=list(customers), until__isnull=True)
    found: dict[int, dict[str, int]] = {}
    for customer, channel, pk in rows.values_list("customer_id", "channel", "pk"):
        found.setdefault(customer, {})[channel] = pk
    return found


def _rows(customer: Customer, channels: Iterable[str], source: Source) -> list[ContactBar]:
    return [
        ContactBar(
            programme_id=customer.programme_id, customer=customer, channel=one, source=source, since=clock.now()
        )
        for one in sorted(channels)
    ]


def _words(channels: Iterable[str]) -> str:
    return " ".join(sorted(channels))
