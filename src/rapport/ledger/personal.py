"""What the ledger keeps of a person: the key of what they have. The partner's word and the books are figures."""

from django.db.models import CharField, Func, Q, Value
from django.db.models.functions import Cast, Concat

from rapport.kit.personal import Kept
from rapport.ledger.models import Account, AccountFact, Claim

KEPT = (
    Kept(
        key="ledger.accounts",
        title="What you have, as the books of the company name it",
        model=Account,
        mine=lambda subject: Q(customer__in=subject.customers),
        shown={"holding": "Key"},
        becomes={"holding": Concat(Value("erased-"), Cast(Func(function="gen_random_uuid"), CharField()))},
        still=~Q(holding__regex=r"^erased-[0-9a-f-]{36}$"),
    ),
    Kept(
        key="ledger.facts",
        title="What the company told of it",
        model=AccountFact,
        mine=lambda subject: Q(account__customer__in=subject.customers),
        shown={"account__holding": "Key", "as_of": "When", "status": "State", "since": "Since"},
        becomes={},
    ),
    Kept(
        key="ledger.claims",
        title="That you stayed, as we counted it",
        model=Claim,
        mine=lambda subject: Q(account__customer__in=subject.customers),
        shown={"made_at": "When", "product": "Of what", "reason": "Why you wanted to leave", "state": "State"},
        becomes={},
    ),
)
"""Accounts are held apart from claims and facts for this: those stay as they are, and nobody is in them."""
