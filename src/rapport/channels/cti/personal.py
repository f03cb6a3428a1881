"""What telephone events keep of a person: the numbers."""

from django.db.models import Q

from rapport.channels.cti.models import CallEvent
from rapport.kit.personal import Kept, Subject


def _mine(subject: Subject) -> Q:
    calls = [one.removeprefix("call:") for one in subject.external_ids if one.startswith("call:")]
    return Q(call_id__in=calls)


KEPT = (
    Kept(
        key="cti.call_events",
        title="What the telephone system told of your calls",
        model=CallEvent,
        mine=_mine,
        shown={"call_id": "Call", "event": "What", "at": "When", "data": "Details"},
        becomes={"data": {}},
        period="contact_address",
        since="at",
    ),
)
STAYS = {CallEvent: ("call_id", "event", "key")}
