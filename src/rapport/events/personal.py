"""The log is about what happened: codes and numbers only, which a test checks of every event."""

from rapport.events.models import Event
from rapport.kit.personal import Kept

KEPT: tuple[Kept, ...] = ()
STAYS = {
    Event: ("data",),
}
