"""What this module keeps of customers: nothing."""

from rapport.kit.personal import Kept
from rapport.recognition.staff.models import Answered, Round, Rule, Shared, StrainTold, Tally

KEPT: tuple[Kept, ...] = ()
STAYS = {Rule: (), Round: (), Answered: (), Shared: ("sign",), Tally: ("team",), StrainTold: ("told",)}
