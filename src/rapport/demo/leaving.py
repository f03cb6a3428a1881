"""Why the demonstration's customers leave, on two levels, and what is fair to them: its own fair-save rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.queries import member_by_agent_id
from rapport.demo.people import MANAGER, SUPERVISOR
from rapport.kit import clock
from rapport.offers.leaving import asking, keeping
from rapport.offers.leaving.rules import EXAMPLE

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

REASONS: dict[str, tuple[str, dict[str, str]]] = {
    "price": ("The price", {"fee": "The annual fee", "interest": "The interest", "abroad": "Fees abroad"}),
    "promise": (
        "Not as promised",
        {
            "sold-otherwise": "Sold as something else",
            "gift": "A welcome gift never came",
            "refund": "A refund never came",
        },
    ),
    "rival": ("Another bank", {"rival-offer": "A better offer", "rival-app": "A better app"}),
    "use": ("Hardly used", {"second-card": "They have another card", "no-travel": "They travel no more"}),
    "service": ("The service", {"waited": "Waited too long", "mistake": "A mistake of ours"}),
    "life": ("Their life changes", {"moving": "Moving abroad", "job": "A new job", "death": "A death"}),
}


ASKED = ((26, "N-990001", "The card I got at the fair."), (21, "N-990002", "My gold card, I moved house."))
"""Hours ago, the number given, and the words, of who asked on the portal and was not found."""


def ask(programme: Programme, *, now: datetime) -> None:
    """Have two people ask to cancel whom nobody could make sure of: one should have been settled by now."""
    for hours, number, words in ASKED:
        with clock.at(now - timedelta(hours=hours)):
            asking.ask(programme=programme, email="", number=number, words=words)


def stock(programme: Programme, *, since: datetime) -> None:
    """Put reasons and rules on file as people do: written by the supervisor, approved by the manager."""
    with clock.at(since):
        for key, (name, details) in REASONS.items():
            keeping.add_reason(programme=programme, key=key, name=name)
            for detail, words in details.items():
                keeping.add_reason(programme=programme, key=detail, name=words, parent=key)
        writer = member_by_agent_id(programme, SUPERVISOR)
        approver = member_by_agent_id(programme, MANAGER)
        assert writer and approver
        text = EXAMPLE.replace('attribute = "state" ', 'attribute = "region"')
        made = keeping.save_rules(programme=programme, text=text, by=writer, actor=f"member:{writer.pk}")
        keeping.approve_rules(programme=programme, number=made.number, by=approver, actor=f"member:{approver.pk}")
