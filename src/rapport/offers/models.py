"""Tables of wishes to leave and of offers, each by its part."""

from rapport.offers.catalogue.models import Allowance, KeptOffer, OfferRules, OfferVersion
from rapport.offers.choosing.models import Choice, Policy, Presentation
from rapport.offers.fulfilling.models import Fulfilment
from rapport.offers.leaving.models import Cancellation, CancelRequest, FairSaveRules, LeavingReason, SaveAttempt

__all__ = [
    "Allowance",
    "CancelRequest",
    "Cancellation",
    "Choice",
    "FairSaveRules",
    "Fulfilment",
    "KeptOffer",
    "LeavingReason",
    "OfferRules",
    "OfferVersion",
    "Policy",
    "Presentation",
    "SaveAttempt",
]
