"""Awards are about who works here, and name no customer."""

from django.db.models import Model

from rapport.kit.personal import Kept
from rapport.recognition.awards.models import Award

KEPT: tuple[Kept, ...] = ()
STAYS: dict[type[Model], tuple[str, ...]] = {Award: ("rule", "counted", "fair", "cause", "lost")}
