"""What the customer file keeps of a person."""

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Now

from rapport.customers.models import (
    AttributeClass,
    ContactBar,
    ContactPoint,
    Customer,
    FileChange,
    Holding,
    OwnRep,
    Promise,
    Reveal,
    Sale,
    SealedValue,
    Segment,
    Tombstone,
)
from rapport.kit.personal import GONE, Kept, Subject

HAS_ITS_KEY = ~Q(key__regex=r"^erased-[0-9a-f-]{36}$")
RANDOM_KEY = Concat(Value("erased-"), Cast(Func(function="gen_random_uuid"), CharField()))


def _of_customer(subject: Subject) -> Q:
    return Q(customer__in=subject.customers)


KEPT = (
    Kept(
        key="customers.file",
        title="Your file",
        model=Customer,
        mine=lambda subject: Q(pk__in=subject.customers),
        shown={
            "key": "Customer key",
            "name": "Name",
            "segment__name": "Kind of customer",
            "customer_since": "Customer since",
            "language": "Language",
            "likes": "Likes, and what to mind",
            "attributes": "Other data",
        },
        becomes={
            "key": RANDOM_KEY,
            "name": "",
            "segment": None,
            "customer_since": None,
            "language": "",
            "likes": "",
            "attributes": {},
            "version": F("version") + 1,
        },
        still=HAS_ITS_KEY,
    ),
    Kept(
        key="customers.points",
        title="How we reach you",
        model=ContactPoint,
        mine=_of_customer,
        shown={"kind": "Kind", "value": "Address or number"},
    ),
    Kept(
        key="customers.bars",
        title="How you do not want to be contacted",
        model=ContactBar,
        mine=_of_customer,
        shown={"channel": "Channel", "source": "Where it was said", "since": "Since", "until": "Until"},
    ),
    Kept(
        key="customers.holdings",
        title="What you have with us",
        model=Holding,
        mine=_of_customer,
        shown={
            "key": "Key",
            "product": "Product",
            "label": "Name",
            "opened_on": "Since",
            "ends_on": "Until",
            "details": "Details",
        },
    ),
    Kept(
        key="customers.sealed",
        title="Sensitive values",
        model=SealedValue,
        mine=_of_customer,
        shown={"field": "What", "holding__product": "Of", "hint": "Value"},
    ),
    Kept(
        key="customers.promises",
        title="What we promised you",
        model=Promise,
        mine=_of_customer,
        shown={
            "what": "Promise",
            "by": "By",
            "made_at": "Made",
            "due_on": "Due",
            "state": "What became of it",
            "settled_at": "When",
            "note": "How that is known",
        },
        becomes={"what": GONE, "note": ""},
    ),
    Kept(
        key="customers.sales",
        title="What was sold to you",
        model=Sale,
        mine=_of_customer,
        shown={
            "key": "Key",
            "holding": "Of",
            "product": "Product",
            "sold_on": "Sold",
            "seller_name": "By",
            "channel": "Channel",
            "campaign": "Campaign",
        },
        becomes={"key": RANDOM_KEY, "holding": "", "digest": ""},
        still=HAS_ITS_KEY,
    ),
    Kept(
        key="customers.own_reps",
        title="Who your own rep is and was",
        model=OwnRep,
        mine=_of_customer,
        shown={"rep__user__name": "Name", "since": "Since", "until": "Until"},
        becomes={"until": Greatest(F("since"), Coalesce(F("until"), Now()))},
        still=Q(until__isnull=True),
    ),
    Kept(
        key="customers.changes",
        title="What changed in your file",
        model=FileChange,
        mine=_of_customer,
        shown={"at": "When", "before": "Before", "after": "After"},
        period="file_changes",
        since="at",
    ),
)
STAYS = {
    AttributeClass: ("name",),
    Reveal: ("reason", "note"),  # goes with the sealed value it shows
    FileChange: ("actor",),
    Promise: ("product", "kind"),
    Sale: ("product", "seller", "seller_name", "team", "channel", "campaign"),
    Segment: ("key", "name"),
    Tombstone: ("digest",),
}
