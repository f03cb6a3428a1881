"""Every write of feeds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from rapport.accounts.access import require_real
from rapport.audit.queries import DigestRow, digests_after
from rapport.events.actions import announce
from rapport.feeds import keeping
from rapport.feeds.checking import Breach, look
from rapport.feeds.events import (
    FeedAccepted,
    FeedContractChanged,
    FeedDelivered,
    FeedLate,
    FeedReleased,
    FeedStopped,
)
from rapport.feeds.models import Contract, Decision, Delivery
from rapport.feeds.queries import kept_before
from rapport.feeds.terms import INCOMING, OUTGOING, Terms, read_terms
from rapport.kit import clock, outbound
from rapport.kit.errors import Conflict, DomainError, Invalid, NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from rapport.accounts.models import Programme

LONGEST_REASON = 500
DIGESTS = "digests"
DIGESTS_AT_ONCE = 100
HEARD_SECONDS = 60
STOPPED: Breach = {"code": "feed_stopped", "words": "the feed is stopped until somebody releases it"}


class FeedStoppedError(DomainError):
    """The feed is stopped, or what was delivered broke its contract."""

    status = 409
    code = "feed_stopped"


@transaction.atomic
def write_contract(*, programme: Programme, feed: str, text: str, actor: str) -> Contract:
    """Put a feed's contract on file, or change it. Does not let a stopped feed run again."""
    if feed not in (*INCOMING, *OUTGOING):
        raise Invalid(f"There is no feed {feed[:50]!r}; there are {', '.join((*INCOMING, *OUTGOING))}.")
    terms = read_terms(text)
    if terms.webhook:
        outbound.check(terms.webhook)
    found = Contract.objects.select_for_update().filter(programme=programme, feed=feed).first()
    if found is not None and found.text == text:
        return found
    contract = found or Contract(programme=programme, feed=feed, since=clock.now(), version=0)
    contract.text, contract.version, contract.late_since = text, contract.version + 1, None
    contract.save()
    announce(
        FeedContractChanged(feed, contract.version), programme=programme, subject=programme.public_id, actor=actor
    )
    return contract


@transaction.atomic
def receive(
    *, programme: Programme, feed: str, path: Path, actor: str, name: str = "", to_load_later: bool = False
) -> Delivery:
    """Take note of a file that arrived and judge it; the caller loads it only where its verdict is ``taken``.

    A file that breaks its contract stops the feed and is kept. So is whatever arrives at a stopped feed, and what
    is right but shall be loaded later. Where people practise, none is taken.
    """
    require_real(programme)
    contract = Contract.objects.select_for_update().filter(programme=programme, feed=feed).first()
    beside = path.with_name(f"{path.name}.manifest.json")
    found = look(path, read_terms(contract.text) if contract else None, beside)
    breaches = [] if _is_accepted(programme, feed, found.sha256) else found.breaches
    stopped = contract is not None and contract.state == Contract.State.STOPPED
    delivery = Delivery(
        programme=programme,
        feed=feed,
        at=clock.now(),
        actor=actor,
        file=(name or path.name)[:200].replace("\x00", ""),
        size=found.size,
        sha256=found.sha256,
        rows=found.rows,
        bad=found.bad,
        contract_version=contract.version if contract else None,
        verdict=Delivery.Verdict.QUARANTINED if breaches or stopped else Delivery.Verdict.TAKEN,
        why=[*breaches, *([STOPPED] if stopped else [])],
    )
    if to_load_later or (delivery.verdict == Delivery.Verdict.QUARANTINED and contract is not None):
        delivery.kept = keeping.keep(path, delivery)
    if to_load_later and not delivery.kept:
        raise Conflict("There is no room to keep this file. Ask who runs the installation, then send it again.")
    delivery.save()
    _announce_delivery(delivery, actor)
    if contract is not None and breaches and not stopped:
        _stop(contract, delivery, [each["code"] for each in breaches], actor)
    elif contract is not None and delivery.verdict == Delivery.Verdict.TAKEN:
        _on_time(contract)
    return delivery


@transaction.atomic
def loaded(*, delivery: Delivery, rows: int, bad: int, actor: str) -> None:
    """Record how many rows were loaded; more unreadable ones than agreed stop the feed for the next time."""
    Delivery.objects.filter(pk=delivery.pk).update(rows=rows, bad=bad)
    contract = (
        Contract.objects.select_for_update().filter(programme=delivery.programme, feed=delivery.feed).first()
    )
    if contract is None or contract.state == Contract.State.STOPPED or not rows:
        return
    if bad / rows > read_terms(contract.text).most_bad and not delivery.accepted_at:
        why: Breach = {"code": "rows_unreadable", "words": f"{bad} of {rows} rows could not be read"}
        Delivery.objects.filter(pk=delivery.pk).update(why=[*delivery.why, why])
        _stop(contract, delivery, [why["code"]], actor)


def forget_file(delivery: Delivery) -> None:
    """Let go the file of a delivery that was loaded."""
    Delivery.objects.filter(pk=delivery.pk).update(kept="")
    keeping.forget(delivery)


def require_taken(delivery: Delivery) -> None:
    """Raise for a delivery that must not be loaded, in words for who sent it."""
    if delivery.verdict != Delivery.Verdict.TAKEN:
        words = "; ".join(each["words"] for each in delivery.why)
        raise FeedStoppedError(
            f"The delivery {delivery.public_id} to the feed {delivery.feed} was not loaded: {words}. "
            f"{'It is kept as it came. ' if delivery.kept else ''}"
            "Send it again once it is right and the feed has been released."
        )


def require_running(programme: Programme, feed: str) -> None:
    """Raise where a feed is stopped, for feeds that are no files."""
    if Contract.objects.filter(programme=programme, feed=feed, state=Contract.State.STOPPED).exists():
        raise FeedStoppedError(f"The feed {feed} is stopped. Its page says why, and who may release it can.")


def sent(*, programme: Programme, feed: str, fields: Iterable[str], rows: int, actor: str) -> None:
    """Record what goes out, summed by day and receiver, after looking that it is what was agreed."""
    contract = Contract.objects.filter(programme=programme, feed=feed).first()
    if contract is not None:
        _require_agreed(contract, read_terms(contract.text), set(fields))
    now = clock.now()
    day = f"{now:%Y-%m-%d}"
    found, made = Delivery.objects.get_or_create(
        programme=programme,
        feed=feed,
        actor=actor[:100],
        file=day,
        verdict=Delivery.Verdict.SENT,
        defaults={"at": now, "rows": rows, "contract_version": contract.version if contract else None},
    )
    if not made:
        Delivery.objects.filter(pk=found.pk).update(rows=F("rows") + rows, at=now)
    if contract is not None:
        _on_time(contract)


def undelivered_digests(programme: Programme) -> tuple[str, list[DigestRow]] | None:
    """Return the address that digests go to and those it does not have yet; None where nothing shall go.

    Holds the contract of the feed, so that of two deliveries at once one waits for the other.
    """
    contract = Contract.objects.select_for_update().filter(programme=programme, feed=DIGESTS).first()
    terms = read_terms(contract.text) if contract else None
    if contract is None or terms is None or not terms.webhook or contract.state == Contract.State.STOPPED:
        return None
    gone_out = Delivery.objects.filter(programme=programme, feed=DIGESTS, verdict=Delivery.Verdict.SENT)
    last = gone_out.order_by("-at", "-pk").values_list("file", flat=True).first()
    after = int(last.partition(".")[0]) if last else 0
    since = None if last else contract.since
    return terms.webhook, digests_after(programme, after, since=since, limit=DIGESTS_AT_ONCE)


def digest_delivered(*, programme: Programme, digest: DigestRow) -> None:
    """Record that the partner's address took a digest."""
    contract = Contract.objects.get(programme=programme, feed=DIGESTS)
    Delivery.objects.create(
        programme=programme,
        feed=DIGESTS,
        at=clock.now(),
        actor="system",
        file=f"{digest.number:06}.json",
        size=len(digest.sealed.document),
        sha256=digest.sealed.hash,
        rows=1,
        contract_version=contract.version,
        verdict=Delivery.Verdict.SENT,
    )
    _on_time(contract)


_heard: dict[tuple[int, str], float] = {}


def heard(*, programme: Programme, feed: str) -> None:
    """Note that a feed of single messages lives; written at most once a minute by each process."""
    key = (programme.pk, feed)
    if _heard.get(key, 0.0) + HEARD_SECONDS > time.monotonic():
        return
    _heard[key] = time.monotonic()
    contract = Contract.objects.filter(programme=programme, feed=feed).first()
    if contract is not None:
        _on_time(contract)


@transaction.atomic
def release(*, programme: Programme, feed: str, reason: str, actor: str) -> None:
    """Let a stopped feed run again."""
    contract = _locked(programme, feed)
    if contract.state == Contract.State.RUNNING:
        raise Conflict("The feed runs already.")
    contract.state, contract.stopped_at = Contract.State.RUNNING, None
    contract.save(update_fields=["state", "stopped_at"])
    _decide(contract, "released", reason, actor)
    announce(FeedReleased(feed), programme=programme, subject=programme.public_id, actor=actor)


@transaction.atomic
def stop(*, programme: Programme, feed: str, reason: str, actor: str) -> None:
    """Stop a feed by hand."""
    contract = _locked(programme, feed)
    if contract.state == Contract.State.STOPPED:
        raise Conflict("The feed is stopped already.")
    _decide(contract, "stopped", reason, actor)
    _stop(contract, None, ["by_hand"], actor)


@transaction.atomic
def accept(*, programme: Programme, delivery: UUID, reason: str, actor: str) -> Delivery:
    """Accept one delivery as it is: the same file is taken when it is imported again."""
    found = Delivery.objects.select_for_update().filter(programme=programme, public_id=delivery).first()
    if found is None:
        raise NotFound
    if found.verdict != Delivery.Verdict.QUARANTINED or not found.sha256:
        raise Conflict("This delivery needs no accepting.")
    found.accepted_at = clock.now()
    found.save(update_fields=["accepted_at"])
    _decide(_locked(programme, found.feed), "accepted", reason, actor, found)
    announce(FeedAccepted(found.feed), programme=programme, subject=found.public_id, actor=actor)
    return found


@transaction.atomic
def forget_kept(*, programme: Programme, before: datetime) -> int:
    """Remove the files kept of deliveries older than an instant; what became of them stays. Return how many."""
    old = list(kept_before(programme, before).select_for_update(of=("self",)))
    for delivery in old:
        keeping.forget(delivery)
    Delivery.objects.filter(pk__in=[one.pk for one in old]).update(kept="")
    return len(old)


@transaction.atomic
def note_late(*, programme: Programme) -> int:
    """Announce each feed that is later than its contract allows, once; return how many those are."""
    now, late = clock.now(), 0
    for contract in Contract.objects.select_for_update().filter(programme=programme, late_since__isnull=True):
        terms = read_terms(contract.text)
        last = contract.last_at or contract.since
        if terms.every_hours is None or now - last <= timedelta(hours=terms.every_hours):
            continue
        contract.late_since = now
        contract.save(update_fields=["late_since"])
        hours = round((now - last).total_seconds() / 3600, 1)
        announce(FeedLate(contract.feed, hours), programme=programme, subject=programme.public_id, actor="system")
        late += 1
    return late


def _is_accepted(programme: Programme, feed: str, sha256: str) -> bool:
    same = Delivery.objects.filter(programme=programme, feed=feed, sha256=sha256, accepted_at__isnull=False)
    return bool(sha256) and same.exists()


def _require_agreed(contract: Contract, terms: Terms, fields: set[str]) -> None:
    if contract.state == Contract.State.STOPPED:
        raise FeedStoppedError(f"The feed {contract.feed} is stopped. Its page says why.")
    if missing := sorted(set(terms.columns) - fields):
        raise FeedStoppedError(
            f"The contract of the feed {contract.feed} promises {', '.join(missing)}, which is gone."
        )


def _announce_delivery(delivery: Delivery, actor: str) -> None:
    happening = FeedDelivered(
        delivery.feed, str(delivery.verdict), delivery.rows, [each["code"] for each in delivery.why]
    )
    announce(happening, programme=delivery.programme, subject=delivery.public_id, actor=actor)


def _on_time(contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(last_at=clock.now(), late_since=None)


def _stop(contract: Contract, delivery: Delivery | None, why: list[str], actor: str) -> None:
    contract.state, contract.stopped_at = Contract.State.STOPPED, clock.now()
    contract.save(update_fields=["state", "stopped_at"])
    subject = delivery.public_id if delivery else contract.programme.public_id
    announce(FeedStopped(contract.feed, why), programme=contract.programme, subject=subject, actor=actor)


def _locked(programme: Programme, feed: str) -> Contract:
    found = (
        Contract.objects.select_for_update(of=("self",))
        .select_related("programme")
        .filter(programme=programme, feed=feed)
        .first()
    )
    if found is None:
        raise NotFound("There is no contract for this feed.")
    return found


def _decide(contract: Contract, what: str, reason: str, actor: str, delivery: Delivery | None = None) -> None:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise Invalid(f"Say why, in at most {LONGEST_REASON} characters; the reason is kept.")
    Decision.objects.create(
        programme=contract.programme,
        contract=contract,
        delivery=delivery,
        what=what,
        at=clock.now(),
        actor=actor,
        reason=reason,
    )
