"""What replays keep of a person: nothing. Plans are texts of managers, results are counts."""

from rapport.kit.personal import Kept
from rapport.replays.models import Replay

KEPT: tuple[Kept, ...] = ()
STAYS = {Replay: ("plans", "fault", "result")}
