"""What the addresses of awards need: an award."""

from typing import Any

from rapport.conftest import World
from rapport.kit import clock
from rapport.recognition.awards.counting import rule_of
from rapport.recognition.awards.models import Award, State
from rapport.recognition.awards.tests.stage import MONTH, a_category, a_manager


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    boss = a_manager(world, "awarder")
    now = clock.now()
    category = a_category(world)
    made = Award.objects.create(
        programme=world.programme, category=category, month=MONTH, state=State.ANNOUNCED, counted_at=now,
        rule=rule_of(category), announced_at=now,
        asks_partner=True, approved_by=boss, approved_at=now, confirmed_by=boss, confirmed_at=now,
    )  # fmt: skip
    doing = ("", "-approve", "-confirm", "-turn-down", "-announce", "-settle")
    return {f"award{what}": {"award": made.public_id} for what in doing}
