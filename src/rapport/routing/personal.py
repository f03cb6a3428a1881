"""Routing keeps nothing personal: why a contact came to a rep is told in keys and seconds."""

from rapport.kit.personal import Kept
from rapport.routing.models import Offer, PlanVersion, Proficiency

KEPT: tuple[Kept, ...] = ()
STAYS = {Offer: ("words", "trace"), PlanVersion: ("text", "note"), Proficiency: ("skill",)}
