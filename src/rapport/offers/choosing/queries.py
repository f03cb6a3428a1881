"""Reads of choices: what was chosen and why, what is known of offers, what a rep may grant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from rapport.guides.definition.insertions import fill, names_in
from rapport.guides.facts import facts_of
from rapport.offers.catalogue.definition import Offer, offer_kept
from rapport.offers.catalogue.queries import rules_of
from rapport.offers.choosing.learning import NOTHING, Cell, Learnt
from rapport.offers.models import Choice, OfferVersion, Policy, Presentation
from rapport.routing.queries import level_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

WHYS = tuple(Presentation.Why.choices)
"""Why a customer turns an offer down: the code, and the words."""
DECLARED = "declared"
"""The policy before there are outcomes: by what the offers' writers expect."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer on a rep's page: what to say, why it helps, and whether the rep may grant it."""

    row: Presentation
    offer: Offer
    words: str
    terms: str
    because: str
    may_grant: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in a slot of offers: those to make, in order; those that cannot be, each with the reason."""

    choice: Choice
    shown: list[Shown]
    removed: list[dict[str, Any]]

    @property
    def accepted(self) -> Shown | None:
        """The offer that was accepted, if one was."""
        return next((one for one in self.shown if one.row.state == "accepted"), None)


def slot_of(member: Member, contact: Contact, choice: Choice) -> Slot:
    """Return what stands in a slot for the rep who has the contact."""
    rows = list(choice.presentations.select_related("offer", "leave_by__user").order_by("place"))
    wanted = Q()
    for one in rows:
        wanted |= Q(offer=one.offer_id, number=one.version)
    texts = OfferVersion.objects.filter(wanted).values_list("offer", "text") if rows else []
    offers = {offer: offer_kept(text) for offer, text in texts}
    names = {name for one in offers.values() for text in (one.words, one.terms) for name in names_in(text)}
    facts = facts_of(contact, member, names) if names else {}
    weighed = {one["key"]: one for one in choice.weighed}
    shown = [_shown(member, one, offers[one.offer_id], facts, weighed.get(one.offer.key), choice) for one in rows]
    return Slot(choice, shown, choice.removed)


def may_grant(member: Member, offer: Offer, value: int) -> bool:
    """Say whether the rep's own level may grant an offer to a customer of this value."""
    rules = rules_of(member.programme)
    level = level_of(member, rules.skill) if rules.skill and offer.authority else 0
    return offer.may_grant(level=level, tier=rules.tier_of(value))


def accepted_for(attempt_id: int) -> str:
    """Return the offer that was accepted on a wish to leave, as ``key/version``; empty where none was."""
    rows = Presentation.objects.filter(choice__attempt=attempt_id, state=Presentation.State.ACCEPTED)
    found = rows.order_by("-answered_at").values_list("offer__key", "version").first()
    return f"{found[0]}/{found[1]}" if found else ""


def chosen_for(attempt_id: int) -> Choice | None:
    """Return the choice that stands for a wish to leave; it says whether that is control, and by which policy."""
    return Choice.objects.filter(attempt=attempt_id, slot="save", replaced=False).order_by("-at").first()


def cost_of(attempt_id: int) -> tuple[int, str]:
    """Return what the offers accepted on a wish to leave cost, in minor units, and the currency."""
    rows = Presentation.objects.filter(choice__attempt=attempt_id, state=Presentation.State.ACCEPTED)
    found = list(rows.values_list("cost", "currency"))
    return sum(cost for cost, _ in found), found[0][1] if found else ""


def learnt_of(programme: Programme, slot: str) -> tuple[str, Learnt]:
    """Return the policy that choices for a slot are made by now: its name, and what outcomes told it."""
    last = Policy.objects.filter(programme=programme).order_by("-number").values_list("number", flat=True).first()
    learnt = _learnt(programme.pk, last, slot) if last else NOTHING
    return (f"learnt-{last}", learnt) if learnt is not NOTHING else (DECLARED, NOTHING)


@lru_cache(maxsize=64)
def _learnt(programme_id: int, number: int, slot: str) -> Learnt:
    content = Policy.objects.values_list("content", flat=True).get(programme=programme_id, number=number)
    return read_learnt(content[slot]) if slot in content else NOTHING


def read_learnt(content: dict[str, Any]) -> Learnt:
    """Return what outcomes told, as it was kept."""
    return Learnt(
        shares={
            (offer, reason, segment): (share, error) for offer, reason, segment, share, error in content["shares"]
        },
        usual={key: (share, error) for key, (share, error) in content["usual"].items()},
        known=content["known"],
        accepted=content["accepted"],
    )


def kept_of(learnt: Learnt) -> dict[str, Any]:
    """Return what outcomes told, as it is kept."""
    return {
        "shares": [[*key, round(share, 6), round(error, 6)] for key, (share, error) in learnt.shares.items()],
        "usual": {key: [round(share, 6), round(error, 6)] for key, (share, error) in learnt.usual.items()},
        "known": dict(learnt.known),
        "accepted": dict(learnt.accepted),
    }


def settled(programme: Programme, slot: str) -> QuerySet[Choice]:
    """Return the choices for a slot whose outcome is known, and counts.

    Of wishes to leave, those up to the last one of which it is known that somebody stayed: who leaves is known at
    once, who stays only once the claim has matured, and those alone would tell that everybody leaves.
    """
    rows = Choice.objects.filter(programme=programme, slot=slot, stuck__isnull=False, replaced=False)
    if slot != "save":
        return rows
    last = rows.filter(stuck=True).order_by("-at").values_list("at", flat=True).first()
    return rows.filter(at__lte=last) if last else rows.none()


def cells_of(programme: Programme, slot: str) -> list[Cell]:
    """Return the outcomes that count of the choices for a slot, by offer, reason and segment."""
    rows = settled(programme, slot)
    took = Q(presentations__place=0, presentations__state=Presentation.State.ACCEPTED)
    found = rows.values("drawn", "reason", "segment").annotate(
        known=Count("pk", distinct=True),
        kept=Count("pk", filter=Q(stuck=True), distinct=True),
        took=Count("pk", filter=took, distinct=True),
    )
    return [
        Cell(one["drawn"], one["reason"], one["segment"], one["known"], one["kept"], one["took"]) for one in found
    ]


def leave_asked(programme: Programme) -> Sequence[Presentation]:
    """Return the offers that reps with a customer wait for leave to make, who waits longest first."""
    rows = Presentation.objects.filter(programme=programme, leave=Presentation.Leave.ASKED, state="shown")
    rows = rows.filter(choice__contact__state="active", choice__replaced=False)
    with_ = ("offer", "member__user", "choice__contact")
    return list(rows.select_related(*with_).order_by("leave_at", "pk")[:100])


def log_of(programme: Programme, *, limit: int = 100) -> list[Choice]:
    """Return the latest choices, the newest first."""
    rows = Choice.objects.filter(programme=programme).select_related("contact__rep__user")
    return list(rows.prefetch_related("presentations__offer").order_by("-at", "-pk")[:limit])


def _shown(
    member: Member,
    row: Presentation,
    offer: Offer,
    facts: dict[str, Any],
    weighed: dict[str, Any] | None,
    of: Choice,
) -> Shown:
    return Shown(
        row=row,
        offer=offer,
        words=fill(offer.words, facts),
        terms=fill(offer.terms, facts),
        because=_because(offer, weighed, of),
        may_grant=row.leave == Presentation.Leave.GIVEN or may_grant(member, offer, of.value),
    )


def _because(offer: Offer, weighed: dict[str, Any] | None, of: Choice) -> str:
    if weighed is None or weighed["lift"] <= 0:
        return offer.because
    stay = "are expected to stay" if of.policy == DECLARED else "stay"
    return f"{offer.because} Of ten who are offered it, about {10 * weighed['lift']:.1f} more {stay}."
