"""What this module keeps of customers: nothing."""

from rapport.recognition.staff.models import Answered, Round, Rule, Tally

KEPT = ()
STAYS = {Rule: (), Round: (), Answered: (), Tally: ("team",)}
