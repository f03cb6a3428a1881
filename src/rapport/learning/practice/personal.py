"""What practice keeps of a person: nothing of a customer, for they are made up. All of it is about reps."""

from rapport.learning.practice.models import Practice

KEPT = ()
STAYS = {Practice: ("persona", "script", "outcome")}
