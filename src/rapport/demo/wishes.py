"""Half a year of made-up wishes to leave, with truths in them that figures should find.

One rebuttal sticks better than the others; one offer is taken gladly and does not stick; one seller promises more
than the card gives. Who is of the control share is offered nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

DAY = 86_400.0
A_DAY = 62.0 / 40_000  # wishes of a customer, in the months before the simulated one
CLEAR = 0.09  # of contacts about cancelling are a clear wish; the others ask what it would mean
MATURES = 60.0
BASE_STICK = 1.15  # logit
STAYS = -0.35  # logit, of who is offered nothing
TALENT_KEEPS, TALENT_STICKS = 0.5, 0.35  # logit: the best sixth keeps a third more for good
CHARGED_BACK, COMPLAINED, NOT_PAYING, SET_TO_CANCEL = 0.04, 0.06, 0.22, 0.38  # of those who do not stick, in turn


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer: its cost in minor units, how often it is taken (logit), and what it does to the stick (logit)."""

    key: str
    cost: int
    takes: float
    sticks: float


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with what is behind it: keys and shares; ``stays`` is in logit."""

    key: str
    share: float
    stays: float
    details: tuple[tuple[str, float], ...]
    rebuttal: str


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sold cards, for which team; ``sticks`` is in logit."""

    key: str
    name: str
    team: str
    channel: str
    share: float
    sticks: float


OFFERS = (
    Offered("fee-waived", 4_500, 0.95, 0.10),
    Offered("no-fee-card", 1_500, 0.35, 0.45),
    Offered("cashback", 6_000, 1.45, -0.85),  # taken gladly, and gone when the three months are over
)
REASONS = (
    Why("price", 0.34, 0.25, (("fee", 0.6), ("interest", 0.15), ("abroad", 0.25)), "fee-waived"),
    Why("rival", 0.24, -0.15, (("rival-offer", 0.7), ("rival-app", 0.3)), "match-cashback"),
    Why("use", 0.18, 0.05, (("second-card", 0.6), ("no-travel", 0.4)), "card-for-travel"),
    Why("promise", 0.12, -0.35, (("sold-otherwise", 0.5), ("gift", 0.3), ("refund", 0.2)), "one-person-one-day"),
    Why("service", 0.12, -0.05, (("waited", 0.6), ("mistake", 0.4)), "safe-again"),
)
"""Keys of the reasons on file, see demo.leaving."""

SELLERS = (
    Seller("S-101", "Dana Voss", "Fairs", "fair", 0.22, -0.95),  # promises more than the card gives
    Seller("S-102", "Piet Maes", "Fairs", "fair", 0.10, -0.10),
    Seller("S-201", "Lia Moreau", "High Street", "branch", 0.16, 0.15),
    Seller("S-202", "Sam Oduya", "High Street", "branch", 0.14, 0.10),
    Seller("S-203", "Ines Prado", "High Street", "branch", 0.12, 0.05),
    Seller("S-301", "Web shop", "Online", "web", 0.26, 0.0),
)
SAYS = {"saved": "stayed", "closed": "left", "thinking": "undecided"}
"""What came of a wish to leave, by what the rep put on file of the contact."""

BEST_REBUTTAL, BEST_STICKS = "card-without-fee", 0.60
OVERSELLS = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish to leave, and all that came of it. Numbers are of customers, reps, and the lists above.

    ``gone_after`` is after how many days a saved customer is lost, as ``lost_by`` says; infinite for who stays.
    ``offers`` are those made, in order; nothing is offered after the one that was taken. ``contact`` is the key
    and public id of the one it was spoken of on, once that is written.
    """

    customer: int
    segment: int
    rep: int
    channel: str
    opened: float
    ended: float
    reason: int
    detail: str
    seller: int
    is_control: bool
    offers: tuple[int, ...]
    taken: int | None
    rebuttals: tuple[str, ...]
    outcome: str
    gone_after: float
    lost_by: str
    contact: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A contact about cancelling, as the simulated month had it; ``outcome`` is what the rep put on file."""

    customer: int
    rep: int
    channel: str
    began: float
    ended: float
    outcome: str
    contact: tuple[int, str]


class Wishes:
    """Makes wishes to leave. ``talents`` are the reps', ``controls`` says who is of the control share."""

    def __init__(
        self, *, seed: int, talents: Sequence[float], segments: Sequence[int], controls: Callable[[int], bool]
    ) -> None:
        self._chance = Random(f"{seed} wishes")
        self._talents, self._segments, self._controls = talents, segments, controls

    def before(self, start: float, end: float) -> Iterator[Wish]:
        """Yield those between two instants, each of another customer, in the order of time."""
        count = min(round((end - start) / DAY * A_DAY * len(self._segments)), len(self._segments))
        times = sorted(self._chance.uniform(start, end) for _ in range(count))
        for customer, at in zip(self._chance.sample(range(len(self._segments)), count), times, strict=True):
            opened = at - at % DAY + 8 * 3600 + (at % DAY) * 0.5  # by day
            talk = self._chance.uniform(240, 900)
            channel = "chat" if self._chance.random() < 0.42 else "voice"
            rep = self._chance.randrange(len(self._talents))
            yield self._wish(customer, rep, channel, opened, opened + talk, "", None)

    def met(self, contacts: Sequence[Met]) -> Iterator[Wish]:
        """Yield those of real contacts, some of them: what came of it is what the rep put on file."""
        for one in contacts:
            if self._chance.random() < CLEAR and one.outcome in SAYS:
                opened = min(one.began + 30, one.ended)
                yield self._wish(
                    one.customer, one.rep, one.channel, opened, one.ended, SAYS[one.outcome], one.contact
                )

    def _wish(
        self,
        customer: int,
        rep: int,
        channel: str,
        opened: float,
        ended: float,
        outcome: str,
        contact: tuple[int, str] | None,
    ) -> Wish:
        chance, is_control = self._chance, self._controls(customer)
        seller = chance.choices(range(len(SELLERS)), [one.share for one in SELLERS])[0]
        reason = self._reason(seller)
        why = REASONS[reason]
        offers = () if is_control else tuple(chance.sample(range(len(OFFERS)), chance.choice((1, 1, 2))))
        rebuttals = tuple(dict.fromkeys(key for key in (why.rebuttal, self._other(why)) if key))
        taken = next((one for one in offers if chance.random() < _share(OFFERS[one].takes - 0.6)), None)
        outcome = outcome or self._outcome(why, rep, taken)
        taken = taken if outcome == "stayed" else None
        if taken is not None:
            offers = offers[: offers.index(taken) + 1]  # once one is taken no other is made
        gone_after, lost_by = math.inf, ""
        if outcome == "stayed":
            gone_after, lost_by = self._fate(seller, rep, taken, rebuttals)
        detail = chance.choices(why.details, [share for _, share in why.details])[0][0]
        return Wish(
            customer, self._segments[customer], rep, channel, opened, ended, reason, detail, seller, is_control,
            offers, taken, rebuttals, outcome, gone_after, lost_by, contact,
        )  # fmt: skip

    def _reason(self, seller: int) -> int:
        shares = [one.share * (4 if seller == OVERSELLS and one.key == "promise" else 1) for one in REASONS]
        return self._chance.choices(range(len(REASONS)), shares)[0]

    def _other(self, why: Why) -> str:
        """Return a second answer that was tried, now and then."""
        return BEST_REBUTTAL if why.key in ("price", "use", "rival") and self._chance.random() < 0.3 else ""

    def _outcome(self, why: Why, rep: int, taken: int | None) -> str:
        stays = _share(STAYS + why.stays + TALENT_KEEPS * self._talents[rep] + (1.5 if taken is not None else 0.0))
        if self._chance.random() < stays:
            return "stayed"
        return "undecided" if self._chance.random() < 0.22 else "left"

    def _fate(self, seller: int, rep: int, taken: int | None, rebuttals: tuple[str, ...]) -> tuple[float, str]:
        """Draw when a saved customer is lost, by a rate that gives the stick on the day claims mature."""
        logit = BASE_STICK + SELLERS[seller].sticks + TALENT_STICKS * self._talents[rep]
        logit += OFFERS[taken].sticks if taken is not None else -0.2
        logit += BEST_STICKS if BEST_REBUTTAL in rebuttals else 0.0
        after = self._chance.expovariate(-math.log(_share(logit)) / MATURES)
        luck = self._chance.random()
        for share, status in (
            (CHARGED_BACK, "charged_back"),
            (COMPLAINED, "complaint_upheld"),
            (NOT_PAYING, "not_paying"),
            (SET_TO_CANCEL, "set_to_cancel"),
        ):
            if luck < share:
                return after, status
        return after, "cancelled"


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
