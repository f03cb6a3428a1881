"""What staff meet with the products as customers: told by them, read without names, in nobody's appraisal.

Whose it is, only their own page shows. The day is kept, not the time, and the event names nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.events.actions import announce
from rapport.kit import redaction
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns
from rapport.kit.words import one_line
from rapport.learning.events import ExperienceTold
from rapport.learning.models import Experience
from rapport.learning.queries import today_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FEWEST = 5
"""Below so many people nothing is told of a product, but that few told of it."""
PERIOD = timedelta(days=92)
MOST_A_DAY = 5
LONGEST = {"product": 80, "happened": 1000}


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a product: by how many people, how many would keep it, and words that may be quoted."""

    product: str
    people: int
    keeps: int | None
    quotes: list[str]


@transaction.atomic
def tell(*, member: Member, product: str, happened: str, keeps: str, may_quote: bool) -> Experience:
    """Keep what the member met with a product; card numbers and the like are hidden. Again: once."""
    product, words = _plain("product", product), redaction.clean(_plain("happened", happened))
    if keeps not in Experience.Keeps:
        raise Invalid("Say whether you would keep it.")
    take_turns(Turn.EXPERIENCES, member.programme.pk)
    today = today_of(member.programme)
    mine = Experience.objects.filter(member=member, told_on=today)
    same = mine.filter(product=product, happened=words).first()
    if same is not None:
        return same
    if mine.count() >= MOST_A_DAY:
        raise Conflict("That is enough for today. Tell more tomorrow.")
    made = Experience.objects.create(
        programme=member.programme, member=member, product=product, happened=words, keeps=keeps,
        may_quote=may_quote, told_on=today,
    )  # fmt: skip
    announce(ExperienceTold(), programme=member.programme, subject=member.programme.public_id, actor="system")
    return made


@transaction.atomic
def take_back(*, member: Member, experience: UUID) -> None:
    """Take away what the member told."""
    gone, _ = Experience.objects.filter(member=member, public_id=experience).delete()
    if not gone:
        raise NotFound


def own(member: Member) -> list[Experience]:
    """Return what the member told, the newest first."""
    return list(Experience.objects.filter(member=member).order_by("-told_on", "-pk")[:50])


def told(programme: Programme, since: date) -> list[Told]:
    """Return what was told of each product since a day, by how many people; nothing but that of few.

    One person counts once for a product, by what they told last. Quotes are those that may be, by the alphabet.
    """
    last: dict[tuple[str, int], Experience] = {}
    quotes: dict[str, list[str]] = {}
    for one in Experience.objects.filter(programme=programme, told_on__gte=since).order_by("told_on", "pk"):
        key = one.product.casefold()
        last[key, one.member_id] = one
        quotes.setdefault(key, []).extend([one.happened] if one.may_quote else [])
    names = {key: one.product for (key, _), one in last.items()}
    people = Counter(key for key, _ in last)
    keep = Counter(key for (key, _), one in last.items() if one.keeps == Experience.Keeps.YES)
    return [
        Told(names[key], count, keep[key], sorted(quotes[key]))
        if count >= FEWEST
        else Told(names[key], count, None, [])
        for key, count in people.most_common()
    ]


def lately(programme: Programme) -> list[Told]:
    """Return what was told of each product in the last three months."""
    return told(programme, today_of(programme) - PERIOD)


def _plain(name: str, words: str) -> str:
    plain = one_line(words)
    if not plain:
        raise Invalid("Say which product, and what happened.")
    if len(plain) > LONGEST[name]:
        raise Invalid(f"Keep it under {LONGEST[name]} characters.")
    return plain
