"""The page of the models that tell customers' reasons: how well, what is confused, which is in use and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.channels.chat.queries import opening_words
from rapport.contacts.access import access_contact
from rapport.contacts.queries import reason_names
from rapport.kit import pages
from rapport.kit.errors import Invalid, NotFound
from rapport.numeric.intervals import share_interval
from rapport.prompts import trained
from rapport.prompts.jobs import learn_reasons
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.prompts.models import ReasonModel

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
approving = staff_page(Right.APPROVE_GUIDES)


@dataclass(frozen=True, slots=True)
class Row:
    """How one reason is told: the share of its contacts told rightly, with its interval."""

    name: str
    n: int
    right: float
    low: float
    high: float
    wrong: int
    silent: int
    taken: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A reason taken for another."""

    reason: str
    said: str
    name: str
    said_name: str
    count: int
    contacts: list[str]


@never_cache
@require_safe
@looking
def show(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the model in use, or the one asked for: its quality by reason, and what it confuses."""
    programme, place = member.programme, trained.in_use(member.programme)
    models = trained.models_of(programme)
    shown = _shown(models, request.GET.get("model", ""), place.number)
    pairs = _pairs(shown, reason_names(programme))
    reads = member.may(Right.READ_CONTACTS)
    asked = (request.GET.get("reason", ""), request.GET.get("said", ""))
    pair = next((one for one in pairs if (one.reason, one.said) == asked), None) if reads else None
    context = {
        "member": member,
        "programme": programme,
        "tab_of_guides": "reasons",
        "section": "guides",
        "place": place,
        "models": models,
        "kept": trained.numbers_kept(programme),
        "shown": shown,
        "counts": _counts(shown),
        "rows": _rows(shown, reason_names(programme)),
        "pairs": pairs,
        "reads": reads,
        "pair": pair,
        "examples": _examples(request, member, pair) if pair else [],
    }
    return pages.render(request, "studio/guides/reasons.html", context)


@require_POST
@approving
def learn(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have the programme's reasons learnt anew, in the background."""
    learn_reasons.defer(programme_id=member.programme_id)
    said = "Reasons are being learnt. A new model stands here in some minutes, if there is enough that is new."
    return _back(request, member.programme, said)


@require_POST
@approving
def use(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have a model tell reasons, or names and examples alone; and hold it, or let a better one take its place."""
    number = request.POST.get("number", "")
    if not (number.isdecimal() and len(number) < 9):
        raise Invalid("Choose the model that is to tell reasons.")
    is_held = request.POST.get("held") == "yes"
    trained.choose(programme=member.programme, number=int(number), is_held=is_held, actor=actor_of(member))
    what = f"Model {number}" if int(number) else "Names and examples alone"
    then = "stays until you let it go" if is_held else "is in use until a better one takes its place"
    return _back(request, member.programme, f"{what} {then}. The desks have it within 15 seconds.")


def _back(request: HttpRequest, programme: Programme, said: str) -> HttpResponseBase:
    return pages.redirect(request, reverse("reasons", args=[programme.key]), said=said)


def _shown(models: list[ReasonModel], asked: str, in_use: int) -> ReasonModel | None:
    """Return the model asked for; else the one in use, else the newest."""
    by_number = {f"{one.number}": one for one in models}
    if asked and asked not in by_number:
        raise NotFound
    return by_number.get(asked or f"{in_use}") or next(iter(models), None)


def _counts(shown: ReasonModel | None) -> dict[str, dict[str, int]]:
    """Return how many were told rightly, wrongly and not at all, by the model and by what was in use before."""
    return {name: shown.figures[name] for name in ("now", "before")} if shown else {}


def _rows(shown: ReasonModel | None, names: dict[str, str]) -> list[Row]:
    found = []
    for one in shown.figures["reasons"] if shown else ():
        n = one["right"] + one["wrong"] + one["silent"]
        low, high = share_interval(one["right"], n)
        told: dict[str, Any] = {key: one[key] for key in ("wrong", "silent", "taken")}
        name = names.get(one["reason"], one["reason"])
        found.append(Row(name, n, one["right"] / n, float(low), float(high), **told))
    return found


def _pairs(shown: ReasonModel | None, names: dict[str, str]) -> list[Pair]:
    return [
        Pair(
            reason=one["reason"],
            said=one["said"],
            name=names.get(one["reason"], one["reason"]),
            said_name=names.get(one["said"], one["said"]),
            count=one["count"],
            contacts=one["contacts"],
        )
        for one in (shown.figures["confusions"] if shown else ())
    ]


def _examples(request: HttpRequest, member: Member, pair: Pair) -> list[str]:
    """Return what the customers of a pair's contacts wrote first; that it was read is put on record."""
    contacts = [access_contact(member, UUID(one)) for one in pair.contacts]
    said = opening_words([one.pk for one in contacts])
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.READ_CONTACTS,
        about=f"chats about {pair.reason} taken for {pair.said}",
        count=len(said),
    )
    return [said[one.pk] for one in contacts if one.pk in said]
