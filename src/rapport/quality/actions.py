"""Writes of evaluations: begun, submitted, let go, read by the rep, appealed against, settled by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.roles import Right, Role
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.quality import events, queries, scoring
from rapport.quality.access import access_about_me, access_begun, access_evaluation, access_selection
from rapport.quality.facts import facts_about
from rapport.quality.models import OFFICIAL, Answer, Appeal, Evaluation, Kind, Origin, Selection
from rapport.quality.sampling import business_days_after
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from datetime import date, datetime

    from rapport.accounts.models import Member, Programme
    from rapport.quality.definition import Scorecard as Card

KIND_OF = {Role.QUALITY_ANALYST: Kind.ANALYST, Role.REP: Kind.PEER, Role.SENIOR_REP: Kind.PEER}
"""As what somebody scores others, by their role; all other roles as supervisors."""

LONGEST = {"strengths": 1000, "next_time": 1000, "reply": 500, "words": 1000, "comment": 500}
TAKEN = "{} scores this contact already. Take another one."


def kind_for(member: Member, selection: Selection) -> Kind:
    """Return as what the member would score it."""
    if selection.rep_id == member.pk:
        return Kind.SELF
    return KIND_OF.get(Role(member.role), Kind.SUPERVISOR)


@transaction.atomic
def begin(*, member: Member, selection_id: UUID) -> Evaluation:
    """Take a contact up to score it, which holds it against others who would; again: the one begun before."""
    selection = access_selection(member, selection_id, lock=True)
    kind = kind_for(member, selection)
    if kind != Kind.SELF and not member.may(Right.SCORE_CONTACTS):
        raise Forbidden("You may score contacts of your own.")
    if selection.passed_over:
        raise Conflict("This contact was passed over. Take another one.")
    begun = Evaluation.objects.filter(selection=selection, scorer=member, kind=kind).first()
    if begun is not None:
        return begun
    version = queries.live_version(selection.scorecard)
    if version is None:
        raise Conflict("This scorecard is not in use any more. Take another contact.")
    try:
        with transaction.atomic():
            return Evaluation.objects.create(
                programme=member.programme,
                contact=selection.contact,
                rep=selection.rep,
                selection=selection,
                version=version,
                kind=kind,
                scorer=member,
                begun_at=clock.now(),
            )
    except IntegrityError:
        held = Evaluation.objects.select_related("scorer__user").filter(selection=selection, kind__in=OFFICIAL)
        raise Conflict(TAKEN.format(held.get(stands=True).scorer.name)) from None


@transaction.atomic
def let_go(*, member: Member, evaluation_id: UUID) -> None:
    """Give back a contact that was taken up and not scored."""
    row = access_begun(member, evaluation_id)
    if row.submitted_at is not None:
        raise Conflict("It is in already, and stays as it is.")
    row.delete()


@transaction.atomic
def submit(
    *,
    member: Member,
    evaluation_id: UUID,
    answers: Mapping[str, scoring.Answer],
    strengths: str,
    next_time: str = "",
) -> Evaluation:
    """Hand an evaluation in: it is scored, and does not change any more. Sent twice, the first counts.

    What is on file answers its questions, whatever was sent.
    """
    row = access_begun(member, evaluation_id)
    if row.submitted_at is not None:
        return row
    if row.kind != Kind.CALIBRATION and not strengths.strip():
        raise Invalid("Say what went well: strengths are told as much as faults.")
    card = queries.card_of(row.version)
    told, evidence = with_facts(card, row, answers)
    found = scoring.outcome(card, told)
    now = clock.now()
    _supersede(row, member, now)
    row.submitted_at, row.score, row.passed = now, found.permille, found.passed
    row.is_fatal = bool(found.fatal)
    row.customer_error, row.business_error, row.compliance_error = (
        each in found.errors for each in ("customer", "business", "compliance")
    )
    row.strengths, row.next_time = _short("strengths", strengths), _short("next_time", next_time)
    row.save()
    Answer.objects.bulk_create(
        Answer(
            programme=member.programme,
            evaluation=row,
            at=now,
            question=key,
            value=told[key].value,
            points=None if worth is None else scoring.permille(worth),
            comment=_short("comment", told[key].comment),
            evidence=evidence.get(key, ""),
        )
        for key, worth in found.points.items()
    )
    _tell_submitted(row, member)
    _show(row, card, now)
    return row


def with_facts(
    card: Card, row: Evaluation, answers: Mapping[str, scoring.Answer]
) -> tuple[dict[str, scoring.Answer], dict[str, str]]:
    """Return the answers with what is on file in place of what was sent, and the evidence for that."""
    told, evidence = dict(answers), {}
    facts = facts_about(row.contact)
    for one in card.questions:
        fact = facts.get(one.fact)
        if fact is not None:
            sent = told.get(one.key)
            told[one.key] = scoring.Answer(fact.value, (sent.comment if sent else "") or _by_itself(fact.value))
            evidence[one.key] = fact.evidence
    return told, evidence


def _by_itself(value: int) -> str:
    return "" if value else "As on file."


def _supersede(row: Evaluation, member: Member, now: datetime) -> None:
    """Have a second opinion take the place of the evaluation appealed against."""
    if row.kind != Kind.SECOND or row.selection is None:
        return
    appeal = Appeal.objects.select_for_update().get(evaluation__selection=row.selection, settled_at__isnull=True)
    if member.pk in (appeal.made_by_id, appeal.first_scorer_id):
        raise Forbidden("Somebody else gives the second opinion.")
    Evaluation.objects.filter(pk=appeal.evaluation_id).update(stands=False)
    row.stands = True
    appeal.settled_at, appeal.settled_by, appeal.second = now, member, row
    appeal.save(update_fields=["settled_at", "settled_by", "second"])


def _tell_submitted(row: Evaluation, member: Member) -> None:
    told = events.EvaluationSubmitted(
        evaluation=str(row.public_id),
        contact=str(row.contact.public_id),
        rep=row.rep.agent_id,
        form=row.version.scorecard.key,
        version=row.version.number,
        kind=row.kind,
        is_random=row.selection is not None and row.selection.origin == Origin.RANDOM,
        score_permille=row.score or 0,
        fatal=row.is_fatal,
    )
    _tell(row, told, member)
    if row.kind == Kind.SECOND:
        first = Evaluation.objects.select_related("programme").get(appeal__second=row)
        _tell(
            row,
            events.EvaluationSettled(
                evaluation=str(first.public_id),
                second=str(row.public_id),
                was_permille=first.score or 0,
                is_permille=row.score or 0,
            ),
            member,
        )


def _show(row: Evaluation, card: Card, now: datetime) -> None:
    """Begin the time to appeal once the rep can see the official evaluation: at once, or with their own score."""
    if row.selection is None or row.kind not in (*OFFICIAL, Kind.SELF):
        return
    selection = Selection.objects.select_for_update(no_key=True).get(pk=row.selection.pk)
    submitted = Evaluation.objects.filter(selection=selection, submitted_at__isnull=False)
    if selection.asks_self and not submitted.filter(kind=Kind.SELF).exists():
        return
    until = business_days_after(now, card.appeal_days, row.programme.zone, closed_days(row.programme))
    submitted.filter(kind__in=OFFICIAL, stands=True, shown_at__isnull=True).update(
        shown_at=now, appeal_until=until
    )


def closed_days(programme: Programme) -> frozenset[date]:
    """Return the holidays of the programme: the days that all calendars of its plan of routing have as such."""
    calendars = [frozenset(one.holidays) for one in plan_in_force(programme).plan.calendars.values()]
    return frozenset.intersection(*calendars) if calendars else frozenset()


@transaction.atomic
def see_without_own(*, member: Member, selection_id: UUID) -> None:
    """Have the official evaluation shown to the rep who does not want to score the contact first."""
    selection = access_selection(member, selection_id, lock=True)
    if selection.rep_id != member.pk:
        raise Forbidden("That is for the rep to say.")
    if not selection.asks_self:
        return
    selection.asks_self = False
    selection.save(update_fields=["asks_self"])
    Evaluation.objects.filter(selection=selection, kind=Kind.SELF, submitted_at__isnull=True).delete()
    official = Evaluation.objects.select_related("version", "selection").filter(
        selection=selection, kind__in=OFFICIAL, stands=True, submitted_at__isnull=False
    )
    for one in official:
        one.programme = member.programme
        _show(one, queries.card_of(one.version), clock.now())


@transaction.atomic
def acknowledge(*, member: Member, evaluation_id: UUID, reply: str = "") -> None:
    """Say, as the rep, that one has read the evaluation; a reply goes with it."""
    row = access_about_me(member, evaluation_id)
    if row.acknowledged_at is not None:
        return
    row.acknowledged_at, row.reply = clock.now(), _short("reply", reply)
    row.save(update_fields=["acknowledged_at", "reply"])
    _tell(row, events.EvaluationAcknowledged(evaluation=str(row.public_id)), member)


@transaction.atomic
def appeal(*, member: Member, evaluation_id: UUID, words: str) -> Appeal:
    """Ask, as the rep, for a second opinion by somebody else."""
    row = access_about_me(member, evaluation_id)
    if row.kind == Kind.SECOND:
        raise Conflict("This is the second opinion already; it stands.")
    if not row.stands:
        raise Conflict("A second opinion took the place of this evaluation.")
    if row.appeal_until is None or clock.now() >= row.appeal_until:
        raise Conflict("The time to appeal is over. Bring it up in your next one-to-one.")
    if not words.strip():
        raise Invalid("Say what was judged wrongly, and what shows it.")
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                programme=member.programme,
                evaluation=row,
                made_by=member,
                first_scorer=row.scorer,
                made_at=clock.now(),
                words=_short("words", words),
            )
    except IntegrityError:
        return Appeal.objects.get(evaluation=row)
    _tell(row, events.EvaluationAppealed(evaluation=str(row.public_id)), member)
    return made


@transaction.atomic
def begin_second(*, member: Member, evaluation_id: UUID) -> Evaluation:
    """Take up the second opinion on an evaluation that was appealed against, by the same version."""
    first = access_evaluation(member, evaluation_id)
    found = Appeal.objects.select_for_update().filter(evaluation=first, settled_at__isnull=True).first()
    if found is None:
        raise Conflict("Nobody waits for a second opinion on this evaluation.")
    official = KIND_OF.get(Role(member.role), Kind.SUPERVISOR) != Kind.PEER
    if member.pk in (found.made_by_id, found.first_scorer_id) or not official:
        raise Forbidden("Another analyst or supervisor gives the second opinion.")
    begun = Evaluation.objects.filter(selection=first.selection, kind=Kind.SECOND).first()
    if begun is not None:
        if begun.scorer_id != member.pk:
            raise Conflict(TAKEN.format(begun.scorer.name))
        return begun
    return Evaluation.objects.create(
        programme=member.programme,
        contact=first.contact,
        rep=first.rep,
        selection=first.selection,
        version=first.version,
        kind=Kind.SECOND,
        scorer=member,
        begun_at=clock.now(),
        stands=False,
    )


def _short(name: str, words: str) -> str:
    words = words.strip().replace("\x00", "")
    if len(words) > LONGEST[name]:
        raise Invalid(f"Keep it under {LONGEST[name]} characters.")
    return words


def _tell(row: Evaluation, happening: Happening, member: Member) -> None:
    announce(happening, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")
