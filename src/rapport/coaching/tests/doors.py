"""What the addresses of coaching need: a one-to-one that goes on, and something agreed in it."""

from datetime import timedelta
from typing import Any

from rapport.coaching.models import AgreedAction
from rapport.coaching.tests.stage import planned
from rapport.conftest import World
from rapport.kit import clock


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    one = {"one_to_one": planned(world).public_id}
    doing = ("", "-move", "-call-off", "-missed", "-start", "-pick", "-agree", "-play", "-end")
    return {f"one-to-one{what}": one for what in doing} | {"coaching-settle": {"action": _an_action(world)}}


def _an_action(world: World) -> object:
    row = planned(world)
    made = AgreedAction.objects.create(
        programme=world.programme, one_to_one=row, number=1, criterion="walked/greet", what="Greet by name",
        target=80, review_on=clock.now().date() + timedelta(days=7), agreed_at=clock.now(),
    )  # fmt: skip
    return made.public_id
