"""Lets time pass for the journeys of what rings: who lost the connection has been silent for a minute, what is due
is put in line."""

from datetime import timedelta

from django.db.models import F

from rapport.accounts.models import Programme
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.routing import jobs
from rapport.routing.models import Presence


def main() -> None:
    """Age the silence of Ben, whose desk is cut off, and do at once what is done every minute."""
    with inside(Programme.objects.get(key="cleared").pk):
        Presence.objects.filter(member__agent_id="ben").update(seen_at=F("seen_at") - timedelta(minutes=1))
    jobs.put_call_backs_in_line(int(clock.now().timestamp()))
