"""The pages of what certificates ask: their list, and one with its text and its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.learning.certification import kinds, queries
from rapport.learning.certification.access import access_kind
from rapport.learning.certification.definition import read_kind
from rapport.learning.certification.views import context_of as certificates_context
from rapport.studio import written

if TYPE_CHECKING:
    from rapport.accounts.models import Member

NEW = """name = "Keeping customers"
covers = "programme"     # or skill, product; a path keeps nothing behind it
refuses = true           # nobody without it is offered such a contact
freedom = 0              # the highest level in guides without it
months = 12              # how long it holds
due_days = 30            # due for renewal so long before its end
overdue_days = 7         # overdue so long before it
on_the_job_days = 14     # who has none may serve so long, with every contact scored; 0: not at all

[[levels]]
name = "Ready"
freedom = 2              # the highest level in guides with it
contacts = 5             # the latest that were scored, at random or on the job,
mean = 75                # with this mean score or more, per cent, and no fatal error
clearance = true         # the programme's clearance holds

[[levels]]
name = "Trusted"
freedom = 5
contacts = 10
mean = 85
months_here = 6
"""


@never_cache
@require_safe
@staff_page(Right.WRITE_CERTIFICATES, Right.APPROVE_CERTIFICATES)
def kinds_page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List the kinds of certificates."""
    rows = queries.kinds_of(member.programme)
    return pages.render(request, "studio/certificates/kinds.html", {**context_of(member), "rows": rows})


def context_of(member: Member) -> dict[str, Any]:
    """Return what every page of kinds is shown with."""
    return {**certificates_context(member, "kinds"), "names": queries.names_of(member.programme)}


desk = written.Desk(
    name="certificate-kind",
    folder="studio/certificates",
    begins=NEW,
    writes=Right.WRITE_CERTIFICATES,
    approves=Right.APPROVE_CERTIFICATES,
    find=access_kind,
    read=lambda _member, text, _key: read_kind(text),
    actions=kinds,
    context=context_of,
    done={
        "publish": "Published. What it keeps is kept from now on.",
        "withdraw": "Withdrawn. Nothing is kept behind it any more.",
    },
)
