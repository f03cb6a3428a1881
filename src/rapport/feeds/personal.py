"""Contracts and deliveries are about files. The files that are kept lie in a folder, not in these tables."""

from rapport.feeds.models import Contract, Decision, Delivery
from rapport.kit.personal import Kept

KEPT: tuple[Kept, ...] = ()
STAYS = {
    Contract: ("text",),
    Decision: ("reason",),
    Delivery: ("kept", "why"),
}
