"""The pages of words on trial: proposed, begun by a second person, watched, and published or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.guides.library.queries import live_by_key
from rapport.guides.trials import actions, queries
from rapport.guides.trials.actions import About, Terms
from rapport.guides.versions import guide_by_key, read_version, version_in_force
from rapport.insight.registry import METRICS
from rapport.insight.wording import OUTCOMES, Shown, Tried, compare_words, shown, waiting, words_need
from rapport.insight.words import difference_in_words
from rapport.kit import clock, pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.studio.routing import actor_of
from rapport.studio.trial_rows import LEAST, LEAST_OF_ALL, UNITS, Asked, Row, number_of, row_of

if TYPE_CHECKING:
    from datetime import datetime

    from rapport.accounts.models import Member, Programme
    from rapport.guides.trials.models import WordsTrial
    from rapport.insight.arms import Compared

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)
deciding = staff_page(Right.APPROVE_GUIDES)
USUAL: dict[str, str] = {"share": "30", "days": "28", "metric": OUTCOMES[0], "least": ""}
PLANNED_UNKNOWN = 2_000
"""For so many customers a trial is planned where too little is known of the past."""

DAYS_A_WEEK = 7.0
SUREST = 0.999


@dataclass(frozen=True, slots=True)
class Subject:
    """What the words are of: where to find it, what it is called, and the words in force."""

    about: About
    name: str
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the words on trial; ``row`` is how it compares by what decides, none for those in force.

    ``waiting``: how many outcomes are not known yet; ``sure``: how sure it is that they differ; ``at_worst``: what
    ending the trial with them may cost.
    """

    place: int
    words: str
    share: float
    contacts: int
    customers: int
    figure: str
    waiting: int
    row: Row | None
    sure: str
    at_worst: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said so far; ``tone`` of it, and how it is told."""

    tone: str
    strong: str
    words: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A trial in the list: what of, and what may be said so far."""

    trial: WordsTrial
    subject: str
    verdict: Verdict | None
    sure: str


@never_cache
@require_safe
@looking
def listed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is on trial and how sure it is, what waits to begin, and what was tried."""
    context = {
        **_context(member),
        "rows": [_listed(one) for one in queries.trials_of(member.programme)],
        "metrics": METRICS,
    }
    return pages.render(request, "studio/guides/words_trials.html", context)


@never_cache
@require_safe
@looking
def show(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """Show how the words compare so far, how sure that is, and what it would cost to stop."""
    return _page(request, member, trial)


@never_cache
@require_GET
@writing
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what a trial of words would be, to be proposed."""
    return _form(request, member, request.GET)


@require_GET
@writing
def size(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say how many customers, and about how many days, it takes to see the difference that is asked for."""
    return pages.render(request, "studio/guides/words_trial_size.html", _size(member.programme, request.GET))


@require_POST
@writing
def propose(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put other words on file for a trial."""
    sent, programme = request.POST, member.programme
    others = [one for one in sent.getlist("words") if one.strip()]
    try:
        asked = _asked(sent, len(others))
        needed, _ = _need(programme, asked, len(others), sent.get("guide", ""))
        made = actions.propose(
            programme=programme,
            about=_about(sent),
            others=others,
            terms=Terms(
                share=asked.share,
                days=round(number_of(sent.get("days", ""), "Say for how many days.")),
                metric=asked.metric.key,
                least=asked.least,
                units_needed=needed or PLANNED_UNKNOWN,
            ),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _form(request, member, sent, error=error)
    return _to(request, member, made.number, "Proposed. Somebody else has to begin it.")


@require_POST
@looking
def drop(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """Take a proposal back, or turn it down."""
    try:
        actions.drop(programme=member.programme, number=trial, by=member, actor=actor_of(member))
    except DomainError as error:
        return _page(request, member, trial, error=error)
    return _to(request, member, trial, "Dropped. Nothing was tried.")


@require_POST
@deciding
def begin(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """Begin a trial that somebody else proposed."""
    try:
        actions.begin(programme=member.programme, number=trial, by=member, actor=actor_of(member))
    except DomainError as error:
        return _page(request, member, trial, error=error)
    return _to(request, member, trial, "It is on. Contacts that begin now are drawn.")


@require_POST
@deciding
def end(request: HttpRequest, member: Member, trial: int) -> HttpResponseBase:
    """End the trial: with other words for all, or with those in force."""
    told = request.POST.get("winner", "")
    if not (told.isdecimal() and len(told) < 3):
        raise Invalid("Choose which words everybody goes by.")
    try:
        ended = actions.end(
            programme=member.programme, number=trial, winner=int(told), by=member, actor=actor_of(member)
        )
    except DomainError as error:
        return _page(request, member, trial, error=error)
    said = "The words in force stay." if not ended.winner else "They are in force now, for every contact to come."
    return _to(request, member, trial, f"The trial has ended. {said}")


def _about(sent: QueryDict) -> About:
    """Return what words are meant; Invalid where it is not said."""
    about = About(guide=sent.get("guide", ""), step=sent.get("step", ""), entry=sent.get("entry", ""))
    if not about.entry and not (about.guide and about.step):
        raise Invalid("Open a step of a guide, or a rebuttal, and choose \u201cTry other words\u201d there.")
    return about


def _subject(programme: Programme, about: About) -> Subject:
    """Return what the words are of; NotFound or Conflict where nothing is in force."""
    if about.entry:
        live = live_by_key(programme, about.entry)
        url = reverse("library-entry", args=[programme.key, about.entry])
        return Subject(about, live.entry.heading, url, live.entry.text)
    guide = guide_by_key(programme, about.guide)
    version = version_in_force(guide)
    step = read_version(version).by_key.get(about.step) if version else None
    if step is None:
        raise Conflict(
            "This step is not in force. Publish it first, so that there is something to try others beside."
        )
    url = f"{reverse('guide', args=[programme.key, guide.key])}?part=step:{step.key}"
    return Subject(about, f"{guide.name}: {step.title}", url, step.words)


def _asked(sent: QueryDict, others: int) -> Asked:
    """Return what is asked for, with the share of each of the others; Invalid for what is none."""
    metric = METRICS.get(sent.get("metric", OUTCOMES[0]))
    if metric is None or metric.key not in OUTCOMES:
        raise Invalid("Choose the figure that decides.")
    share = number_of(sent.get("share", USUAL["share"]), "Say for how many per cent of customers each is.") / 100
    least = number_of(sent.get("least") or LEAST[metric.unit], "Say which difference is worth having.")
    if not (share >= actions.LEAST_SHARE and 1 - max(1, others) * share >= actions.LEAST_CONTROL - 1e-9):
        raise Invalid("Let each of them have at least 1 % of customers, and leave 10 % for the words in force.")
    if not LEAST_OF_ALL <= least < 1e6:
        raise Invalid("The difference worth having is more than nothing.")
    return Asked(share, metric, least / UNITS[metric.unit][1])


def _need(programme: Programme, asked: Asked, others: int, guide: str) -> tuple[int | None, float | None]:
    return words_need(
        programme, asked.metric.key, least=asked.least, share=asked.share, others=max(1, others), guide=guide
    )


def _size(programme: Programme, sent: QueryDict) -> dict[str, Any]:
    others = len([one for one in sent.getlist("words") if one.strip()])
    try:
        asked = _asked(sent, others)
    except Invalid as error:
        return {"asked": None, "problem": str(error) if "share" in sent else ""}
    needed, a_day = _need(programme, asked, others, sent.get("guide", ""))
    days = needed / a_day if needed and a_day else None
    return {"asked": asked, "needed": needed, "a_day": a_day, "days": days, "planned_unknown": PLANNED_UNKNOWN}


def _form(
    request: HttpRequest, member: Member, sent: QueryDict, *, error: DomainError | None = None
) -> HttpResponse:
    programme = member.programme
    subject = _subject(programme, _about(sent))
    context = {
        **_context(member),
        **_size(programme, sent),
        "error": str(error) if error else "",
        "subject": subject,
        "open": _open_trial(programme, subject.about),
        "written": [*sent.getlist("words"), *[""] * actions.MOST_OTHERS][: actions.MOST_OTHERS],
        "outcomes": [(key, f"{METRICS[key].name} ({UNITS[METRICS[key].unit][0]})") for key in OUTCOMES],
        "sent": {**USUAL, **{name: value for name, value in sent.dict().items() if name in USUAL}},
        "longest_days": actions.LONGEST_DAYS,
    }
    return pages.render(
        request, "studio/guides/words_trial_new.html", context, status=error.status if error else 200
    )


def _open_trial(programme: Programme, about: About) -> WordsTrial | None:
    if about.entry:
        return queries.open_trial_of_entry(programme, about.entry)
    return queries.open_trials(guide_by_key(programme, about.guide)).get(about.step)


def _page(request: HttpRequest, member: Member, number: int, *, error: DomainError | None = None) -> HttpResponse:
    programme = member.programme
    trial = queries.trial_by_number(programme, number)
    asked = Asked(trial.share, METRICS[trial.metric], trial.least)
    tried, found = _tried(trial), _compared(trial, tuple(dict.fromkeys((*OUTCOMES, trial.metric))))
    seen = shown(programme, tried) if tried else None
    deciding = [next(one for one in each if one.metric.key == trial.metric) for each in found]
    wait = waiting(programme, tried, trial.metric) if tried else (0,) * len(trial.words)
    context = {
        **_context(member),
        "error": str(error) if error else "",
        "trial": trial,
        "subject": queries.name_of(trial),
        "asked": asked,
        "arms": _arms(trial, deciding, seen, wait),
        "waiting": sum(wait),
        "seen": seen,
        "others": [
            (place, [row_of(one, trial.metric) for one in each]) for place, each in enumerate(found, start=1)
        ],
        "verdict": _verdict(trial, deciding, asked),
        "counted": max((one.units for one in deciding), default=0),
        "planned_pair": round(tried.planned_pair) if tried else 0,
        "left": _days_left(trial, deciding, tried),
        "may_write": member.may(Right.WRITE_GUIDES),
        "may_decide": member.may(Right.APPROVE_GUIDES),
        "is_own": member.pk == trial.made_by_id,
    }
    return pages.render(request, "studio/guides/words_trial.html", context, status=error.status if error else 200)


def _listed(trial: WordsTrial) -> Listed:
    found = [each[0] for each in _compared(trial, (trial.metric,))] if trial.state == "on" else []
    asked = Asked(trial.share, METRICS[trial.metric], trial.least)
    chances = [one.chance for one in found if one.chance is not None]
    return Listed(trial, queries.name_of(trial), _verdict(trial, found, asked), _sure(min(chances, default=None)))


def _tried(trial: WordsTrial) -> Tried | None:
    """Return the trial as it is compared; None before it began."""
    if trial.starts_at is None or trial.over_at is None:
        return None
    return Tried(trial.number, trial.others, trial.share, trial.starts_at, trial.over_at, trial.units_needed)


def _compared(trial: WordsTrial, keys: tuple[str, ...]) -> list[list[Compared]]:
    tried = _tried(trial)
    return compare_words(trial.programme, tried, keys) if tried else []


def _arms(trial: WordsTrial, found: list[Compared], seen: Shown | None, wait: tuple[int, ...]) -> list[Arm]:
    """Return the words in force, then the others, with what may be said of each."""
    rows = [row_of(one, trial.metric) for one in found]
    a_week = _a_week(trial, found)
    made = []
    for place, words in enumerate(trial.words):
        row = rows[place - 1] if rows and place else None
        made.append(
            Arm(
                place=place,
                words=words,
                share=trial.share if place else trial.control_share,
                contacts=seen.contacts[place] if seen else 0,
                customers=seen.customers[place] if seen else 0,
                figure=(row.candidate if row else rows[0].control) if rows else "",
                waiting=wait[place],
                row=row,
                sure=_sure(row.compared.chance) if row else "",
                at_worst=_at_worst(found, place, a_week),
            )
        )
    return made


def _at_worst(found: list[Compared], place: int, a_week: float) -> str:
    """Return what ending with these words may cost, beside the best that could be chosen, as the intervals say."""
    if not found or any(one.low is None or one.high is None for one in found):
        return ""
    metric = found[0].metric
    sign = -1.0 if metric.better == "down" else 1.0
    ends = [sorted((sign * (one.low or 0.0), sign * (one.high or 0.0))) for one in found]
    gains = [[0.0, 0.0], *ends]  # over the words in force, at worst and at best
    cost = max(best for other, (_, best) in enumerate(gains) if other != place) - gains[place][0]
    if cost <= 0:
        return "nothing"
    words = difference_in_words(metric, -sign * cost)
    return f"{words}, {cost * a_week:.0f} contacts a week" if metric.unit == "share" and a_week else words


def _a_week(trial: WordsTrial, found: list[Compared]) -> float:
    """Return of about how many contacts a week the figure that decides is known."""
    if not found or trial.starts_at is None:
        return 0.0
    known = (found[0].control.denominator or 0) + sum(one.candidate.denominator or 0 for one in found)
    return known / _days_on(trial.starts_at, trial.over_at) * DAYS_A_WEEK


def _days_on(starts: datetime, over: datetime | None) -> float:
    until = min(over or clock.now(), clock.now())
    return max((until - starts).total_seconds() / 86_400, 1.0)


def _days_left(trial: WordsTrial, found: list[Compared], tried: Tried | None) -> float | None:
    """Return about how many days it takes until as many customers are counted as it was planned for."""
    counted = min((one.units for one in found), default=0)
    if tried is None or trial.ended_at is not None or not counted or counted >= tried.planned_pair:
        return None
    return (tried.planned_pair - counted) / counted * _days_on(tried.starts, None)


def _verdict(trial: WordsTrial, found: list[Compared], asked: Asked) -> Verdict | None:
    """Return what may be said by what decides; None before it began."""
    if not found:
        return None
    figure = asked.metric.name.lower()
    better = [place for place, one in enumerate(found, start=1) if one.says == "better"]
    worse = [place for place, one in enumerate(found, start=1) if one.says == "worse"]
    if better:
        best = max(better, key=lambda place: abs(found[place - 1].difference or 0.0))
        row = row_of(found[best - 1], trial.metric)
        return Verdict(
            "good", f"Words {best} are better", f"in {figure}: {row.low_words} to {row.high_words}. Publish them."
        )
    if all(one.says == "worse" for one in found):
        return Verdict("bad", "The words in force are better", f"in {figure} than all that were tried. Keep them.")
    if all(one.is_alike(asked.least) or one.says == "worse" for one in found):
        return Verdict(
            "accent",
            "There is no difference worth having",
            f"in {figure}: none of them gains {asked.least_in_words}. Keep the words in force.",
        )
    if worse:
        told = " and ".join(str(place) for place in worse)
        return Verdict("bad", f"Words {told} are worse", f"in {figure}; of the others nothing is certain yet.")
    if all(one.low is None for one in found):
        return Verdict("", "Too early to say", "An interval is shown from 50 customers with each of the words on.")
    return Verdict("", "Nothing is certain yet", f"in {figure}.")


def _sure(chance: float | None) -> str:
    """Return how sure it is that there is a difference at all."""
    if chance is None:
        return ""
    sure = 1 - chance
    return "over 99.9 %" if sure > SUREST else f"{int(sure * 1000) / 10:g} %"


def _context(member: Member) -> dict[str, Any]:
    return {"member": member, "programme": member.programme, "section": "guides", "tab_of_guides": "trials"}


def _to(request: HttpRequest, member: Member, trial: int, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("words-trial", args=[member.programme.key, trial]), said=said)
