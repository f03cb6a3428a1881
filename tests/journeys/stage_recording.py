"""Sets the stage of test_recording.py: a call that has ended, with what stood out in it."""

from datetime import timedelta
from uuid import UUID

from rapport.accounts.queries import member_by_agent_id, programme_by_key
from rapport.contacts.models import Contact, Reason
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside

CALL = UUID("019ab000-0000-7000-8000-0000000000c1")
HAPPENED = (("guide.ticked", 60, {"step": "hear"}), ("contact.held", 300, {}), ("contact.resumed", 330, {}))


def main() -> None:
    programme = programme_by_key("cards")
    assert programme is not None
    with inside(programme.pk):
        since = clock.now() - timedelta(hours=1)
        call = Contact.objects.create(
            programme=programme,
            public_id=CALL,
            external_id="call:4711",
            channel="voice",
            state="closed",
            customer=Customer.objects.create(programme=programme, key="C-heard", name="Mary Somerville"),
            reason=Reason.objects.get(key="cancel"),
            rep=member_by_agent_id(programme, "rep"),
            arrived_at=since,
            answered_at=since,
            ended_at=since + timedelta(minutes=10),
            closed_at=since + timedelta(minutes=11),
            resolved=True,
        )
        for name, seconds, data in HAPPENED:
            at = since + timedelta(seconds=seconds)
            Event.objects.create(
                programme=programme, at=at, name=name, subject=call.public_id, actor="test", data=data
            )


if __name__ == "__main__":
    main()
