"""The page of leave risk: how good it is, whether customers have changed since, what raises it, what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.customers.queries import attribute_kinds
from rapport.kit import pages
from rapport.kit.errors import NotFound
from rapport.risk import keeping, queries
from rapport.risk.jobs import learn as learn_risk

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.risk.models import RiskModel

managing = staff_page(Right.MANAGE_LISTS)
DRIFTED, MUCH = 0.1, 0.25
WAYS = [
    ("model", "Boosted trees"),
    ("before", "In use before"),
    ("line", "Logistic regression"),
    ("rule", "Simplest rule"),
]


@never_cache
@require_safe
@managing
def risk(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the model in use, or the one asked for."""
    models = queries.models_of(member.programme)
    drift = queries.drift_of(member.programme)
    context = {
        "member": member,
        "programme": member.programme,
        "section": "lists",
        "models": models,
        "in_use": next((one for one in models if one.is_in_use), None),
        "shown": _shown(models, request.GET.get("model", "")),
        "ways": WAYS,
        "drift": drift[0] if drift else None,
        "moved": _moved(drift[0].by_feature) if drift else [],
        "drifted": DRIFTED,
        "much": MUCH,
        "rules": queries.rules_of(member.programme),
        "attributes": [(name, name.replace("_", " ")) for name in attribute_kinds(member.programme)],
        "counts": queries.counts_by_risk(member.programme),
    }
    return pages.render(request, "studio/lists/risk.html", context)


@require_POST
@managing
def learn(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Have the risk learnt anew, and told, in the background."""
    learn_risk.defer(programme_id=member.programme_id)
    said = "The risk is being learnt. It stands here in some minutes, if enough customers left to learn from."
    return _back(request, member, said)


@require_POST
@managing
def change_rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say what leaving is, within how many days it is foretold, and what is not learnt from."""
    sent = request.POST
    days = sent.get("days", "").strip()
    keeping.change_rules(
        member=member,
        attribute=sent.get("attribute", "").strip(),
        values=_parts(sent.get("values", "")),
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
        left_out=_parts(sent.get("left_out", "")),
    )
    return _back(request, member, "Kept. It counts from the next time the risk is learnt.")


def _back(request: HttpRequest, member: Member, said: str) -> HttpResponseBase:
    return pages.redirect(request, reverse("risk", args=[member.programme.key]), said=said)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _moved(by_feature: dict[str, float]) -> list[tuple[str, float]]:
    """Return what has moved, the farthest first."""
    return sorted(((name, index) for name, index in by_feature.items() if name), key=lambda one: -one[1])[:8]


def _shown(models: list[RiskModel], asked: str) -> RiskModel | None:
    """Return the model asked for; else the one in use, else the newest."""
    by_number = {f"{one.number}": one for one in models}
    if asked and asked not in by_number:
        raise NotFound
    in_use = next((one for one in models if one.is_in_use), None)
    return by_number.get(asked) or in_use or next(iter(models), None)
