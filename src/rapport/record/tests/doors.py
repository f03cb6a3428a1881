"""What the record's addresses need: a digest, an alarm, and a watched customer."""

from typing import Any

from rapport.audit import alarms, sealing
from rapport.audit.models import Alarm
from rapport.conftest import World
from rapport.kit import clock


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    digest = sealing.seal_until(world.programme, clock.now())
    assert digest is not None
    alarms.sound(programme=world.programme, cause="many_reveals", about=f"member:{world.rep.pk}")
    one = {"alarm": Alarm.objects.latest("pk").public_id}
    return {
        "digest": {"number": digest.number},
        "alarm-take": one,
        "alarm-close": one,
        "alarms-unwatch": {"customer": world.customer.public_id},
    }
