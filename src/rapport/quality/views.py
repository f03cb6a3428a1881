"""The pages of quality: what waits to be scored, a contact beside its form, an evaluation to read, one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError
from rapport.quality import actions, queries, scoring, selecting
from rapport.quality.access import access_evaluation, seen_by
from rapport.quality.forms import read_answers
from rapport.quality.models import OFFICIAL, Appeal, Evaluation, Kind, Origin, Selection
from rapport.quality.proposing import LOOKS_BACK, MOST_OF_EACH, proposed
from rapport.quality.reading import contact_beside
from rapport.quality.waiting import read_asked, waiting_for

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.quality.definition import Scorecard as Card

scoring_page = staff_page(Right.SCORE_CONTACTS)
own_page = staff_page(Right.TAKE_CONTACTS)
either = staff_page(Right.SCORE_CONTACTS, Right.TAKE_CONTACTS)
MOST = 200


@never_cache
@require_safe
@scoring_page
def work(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List what waits: appeals, what one has begun, and contacts to score; the address says which of these."""
    asked = read_asked(request.GET)
    waiting, named = waiting_for(member, asked), _cards_named(member)
    begun = Evaluation.objects.select_related("contact__reason", "rep__user", "version__scorecard").filter(
        programme=member.programme, scorer=member, submitted_at__isnull=True
    )
    held = Evaluation.objects.filter(
        selection__in=[one.pk for one in waiting.rows], kind__in=OFFICIAL, submitted_at__isnull=True, stands=True
    ).select_related("scorer__user")
    context = {
        **context_of(member, "work"),
        "begun": begun.exclude(kind=Kind.SELF).order_by("begun_at"),
        "appeals": appeals_for(member),
        "asked": asked,
        "waiting": waiting,
        "cards": [(key, named.get(key, key)) for key in waiting.scorecards],
        "cards_named": named,
        "held": {one.selection_id: one.scorer for one in held},
    }
    return pages.render(request, "quality/work.html", context)


def appeals_for(member: Member) -> list[Appeal]:
    """Return the appeals that wait for a second opinion which the member may give, the oldest first."""
    first = seen_by(member).exclude(scorer=member).filter(kind__in=OFFICIAL).values("pk")
    rows = Appeal.objects.select_related(
        "evaluation__rep__user", "first_scorer__user", "evaluation__contact__reason"
    )
    return list(rows.filter(evaluation__in=first, settled_at__isnull=True).order_by("made_at")[:MOST])


@never_cache
@require_safe
@scoring_page
def worth_hearing(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List contacts that something on file makes worth hearing, by reason."""
    context = {
        **context_of(member, "worth"),
        "proposals": proposed(member),
        "days": LOOKS_BACK.days,
        "most": MOST_OF_EACH,
    }
    return pages.render(request, "quality/worth.html", context)


@require_POST
@either
def begin(request: HttpRequest, member: Member, selection: UUID) -> HttpResponseBase:
    """Take a contact up, to score it."""
    return _to(request, member, actions.begin(member=member, selection_id=selection))


@require_POST
@scoring_page
def pass_over(request: HttpRequest, member: Member, selection: UUID) -> HttpResponseBase:
    """Leave a contact unscored."""
    selecting.pass_over(member=member, selection_id=selection, why=request.POST.get("why", ""))
    return pages.redirect(request, _at(member, "quality"), said="Passed over. It counts as drawn and not scored.")


@require_POST
@own_page
def without_own(request: HttpRequest, member: Member, selection: UUID) -> HttpResponseBase:
    """Show the official evaluation to the rep who does not score the contact first."""
    actions.see_without_own(member=member, selection_id=selection)
    return pages.redirect(request, _at(member, "quality-mine"), said="It is shown as soon as it is in.")


@never_cache
@require_safe
@either
def evaluation(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Show an evaluation: one's own to fill in, any other to read, beside the contact."""
    return _page(request, member, access_evaluation(member, evaluation))


@require_POST
@either
def preview(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Say what the answers so far amount to; nothing is kept."""
    row = access_evaluation(member, evaluation)
    card = queries.card_of(row.version)
    told, _ = actions.with_facts(card, row, read_answers(card, request.POST.dict()))
    return pages.render(request, "quality/so_far.html", _so_far(card, told))


@require_POST
@either
def submit(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Hand an evaluation in; one that lacks something comes back as it was filled in."""
    row = access_evaluation(member, evaluation)
    sent = request.POST.dict()
    card = queries.card_of(row.version)
    try:
        row = actions.submit(
            member=member,
            evaluation_id=evaluation,
            answers=read_answers(card, sent),
            strengths=sent.get("strengths", ""),
            next_time=sent.get("next_time", ""),
        )
    except DomainError as error:
        return _page(request, member, row, sent=sent, error=error)
    return _to(request, member, row, f"It is in: {row.score_words}.")


@require_POST
@either
def let_go(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Give back a contact that was taken up."""
    actions.let_go(member=member, evaluation_id=evaluation)
    to = "quality" if member.may(Right.SCORE_CONTACTS) else "quality-mine"
    return pages.redirect(request, _at(member, to), said="Given back. Somebody else may take it.")


@require_POST
@scoring_page
def second(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Take up the second opinion that an appeal asks for."""
    return _to(request, member, actions.begin_second(member=member, evaluation_id=evaluation))


@require_POST
@own_page
def acknowledge(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Say that one has read the evaluation."""
    actions.acknowledge(member=member, evaluation_id=evaluation, reply=request.POST.get("reply", ""))
    return _to(request, member, access_evaluation(member, evaluation), "Thank you. Your reply is with it.")


@require_POST
@own_page
def appeal(request: HttpRequest, member: Member, evaluation: UUID) -> HttpResponseBase:
    """Ask for a second opinion."""
    try:
        actions.appeal(member=member, evaluation_id=evaluation, words=request.POST.get("words", ""))
    except DomainError as error:
        return _page(request, member, access_evaluation(member, evaluation), error=error)
    row = access_evaluation(member, evaluation)
    return _to(request, member, row, "Somebody who has not scored it will. Their score stands.")


@never_cache
@require_safe
@own_page
def mine(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show a rep what was said of their contacts, and which they may score first."""
    about = seen_by(member).filter(rep=member, submitted_at__isnull=False).exclude(kind=Kind.SELF)
    context = {
        **context_of(member, "mine"),
        "to_score": queries.self_scores_open(member),
        "cards_named": _cards_named(member),
        "evaluations": about.filter(stands=True).order_by("-submitted_at")[:MOST],
        "unread": about.filter(kind__in=OFFICIAL, stands=True, acknowledged_at__isnull=True).count(),
    }
    return pages.render(request, "quality/mine.html", context)


@never_cache
@require_safe
@either
def choosing(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Ask by which scorecard a contact is to be scored, and why it was chosen."""
    return _choosing(request, member, contact)


@require_POST
@either
def choose(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Choose a contact to be scored."""
    sent = request.POST
    try:
        row = selecting.choose(
            member=member,
            contact_id=contact,
            scorecard=sent.get("scorecard", ""),
            origin=sent.get("origin", ""),
            asks_self="asks_self" in sent,
        )
    except DomainError as error:
        return _choosing(request, member, contact, error=error)
    to = "quality-mine" if row.rep_id == member.pk else "quality"
    return pages.redirect(request, _at(member, to), said="It is among those to be scored.")


def _choosing(
    request: HttpRequest, member: Member, contact_id: UUID, error: DomainError | None = None
) -> HttpResponse:
    contact = access_contact(member, contact_id)
    context = {
        **context_of(member, "mine" if contact.rep_id == member.pk else "work"),
        "contact": contact,
        "is_own": contact.rep_id == member.pk,
        "scorecards": [
            (one.row.key, one.live.name) for one in queries.scorecards_of(member.programme) if one.live
        ],
        "origins": [(each.value, each.label) for each in selecting.BY_HAND],
        "origin": request.GET.get("why", ""),
        "error": str(error) if error else "",
    }
    return pages.render(request, "quality/choose.html", context, status=error.status if error else 200)


def _page(
    request: HttpRequest,
    member: Member,
    row: Evaluation,
    *,
    sent: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    is_open = row.submitted_at is None
    card = queries.card_of(row.version)
    contact = row.contact
    context = {
        **context_of(member, "mine" if row.rep_id == member.pk else "work"),
        "row": row,
        "card": card,
        "is_open": is_open,
        "sent": sent or {},
        "error": str(error) if error else "",
        **contact_beside(request, member, contact, is_scored=not is_open),
    }
    if is_open:
        told, _ = actions.with_facts(card, row, read_answers(card, sent or {}))
        context.update(_so_far(card, told))
    else:
        context.update(_read(member, row))
    name = "quality/form.html" if is_open else "quality/evaluation.html"
    return pages.render(request, name, context, status=error.status if error else 200)


def _so_far(card: Card, told: dict[str, scoring.Answer]) -> dict[str, Any]:
    lacking = scoring.lacking(card, told)
    return {
        "asked": [one.key for one in scoring.asked(card, told)],
        "lacking": lacking,
        "outcome": None if lacking else scoring.outcome(card, told),
        "card": card,
    }


def _read(member: Member, row: Evaluation) -> dict[str, Any]:
    """Return what an evaluation is shown with: answers, the other ones that may be seen, the appeal."""
    others = seen_by(member).filter(submitted_at__isnull=False).exclude(pk=row.pk)
    others = others.filter(selection=row.selection) if row.selection else others.none()
    appealed = Appeal.objects.select_related("settled_by__user", "second").filter(evaluation=row).first()
    is_mine = row.rep_id == member.pk and row.kind in OFFICIAL
    may_appeal = is_mine and row.stands and row.kind != Kind.SECOND and appealed is None
    return {
        "answers": queries.answers_of(row),
        "others": [(one, queries.answers_of(one)) for one in others.order_by("submitted_at")],
        "appeal": appealed,
        "is_mine": is_mine,
        "may_appeal": may_appeal and row.appeal_until is not None and clock.now() < row.appeal_until,
        "appeal_by": row.appeal_until and clock.last_day(row.appeal_until, member.programme.zone),
        "may_judge": appealed is not None
        and appealed.settled_at is None
        and member.pk not in (appealed.made_by_id, appealed.first_scorer_id)
        and member.may(Right.SCORE_CONTACTS),
    }


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of quality is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "quality",
        "tab_of_quality": tab,
        "may_score": member.may(Right.SCORE_CONTACTS),
        "takes": member.may(Right.TAKE_CONTACTS),
        "kinds": {kind: words.removesuffix("'s") for kind, words in Kind.choices},
        "origins_named": dict(Origin.choices),
        "passed_over": Selection.PassedOver.choices,
        "error": "",
    }


def _cards_named(member: Member) -> dict[str, str]:
    return {one.row.key: (one.live or one.newest).name for one in queries.scorecards_of(member.programme)}


def _at(member: Member, name: str, *more: object) -> str:
    return reverse(name, args=[member.programme.key, *more])


def _to(request: HttpRequest, member: Member, row: Evaluation, said: str = "") -> HttpResponse:
    return pages.redirect(request, _at(member, "evaluation", row.public_id), said=said)
