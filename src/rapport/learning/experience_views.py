"""The page on which staff tell what they meet with the products; and what was told, for who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.learning import experiences
from rapport.learning.models import Experience
from rapport.learning.views import at, context_of, learner

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_safe
@staff_page(Right.LEARN, Right.READ_EXPERIENCES)
def page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Ask for what the member meets with the products; show what they told, and to who may, what all told."""
    return _page(request, member)


@require_POST
@learner
def tell(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Tell what happened with a product."""
    sent = request.POST
    try:
        experiences.tell(
            member=member,
            product=sent.get("product", ""),
            happened=sent.get("happened", ""),
            keeps=sent.get("keeps", ""),
            may_quote="may_quote" in sent,
        )
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, at(member, "experiences"), said="Thank you. It is read without your name.")


@require_POST
@learner
def take_back(request: HttpRequest, member: Member, experience: UUID) -> HttpResponseBase:
    """Take away what one told."""
    experiences.take_back(member=member, experience=experience)
    return pages.redirect(request, at(member, "experiences"), said="It is gone.")


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = context_of(member, "experiences")
    reads = member.may(Right.READ_EXPERIENCES)
    context |= {
        "own": experiences.own(member),
        "reads": reads,
        "told": experiences.lately(member.programme) if reads else [],
        "fewest": experiences.FEWEST,
        "keeps": Experience.Keeps.choices,
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "learning/experiences.html", context, status=error.status if error else 200)
