"""The record names customers by their public id, and what was looked at in codes; it is never changed."""

from rapport.audit.models import Alarm, Digest, Link, Look
from rapport.kit.personal import Kept

KEPT: tuple[Kept, ...] = ()
STAYS = {
    Alarm: ("words",),
    Digest: ("document", "signature"),
    Link: ("hash",),
    Look: ("about",),
}
