"""Lets a year pass for Rita's certificate, and nothing else: what it lets through ends at this moment."""

from datetime import timedelta

from django.db.models import F

from rapport.accounts.queries import programme_by_key
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.learning.certification.models import Certificate
from rapport.routing.models import Permit


def main() -> None:
    programme, now = programme_by_key("week"), clock.now()
    assert programme is not None
    with inside(programme.pk):
        hers = Certificate.objects.filter(programme=programme, member__agent_id="rita")
        assert hers.update(granted_at=F("granted_at") - timedelta(days=365), valid_until=now) == 1
        assert Permit.objects.filter(programme=programme, member__agent_id="rita").update(valid_until=now) == 1


if __name__ == "__main__":
    main()
