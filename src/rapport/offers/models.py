"""Tables of wishes to leave and of offers, each by its part."""

from rapport.offers.leaving.models import Cancellation, CancelRequest, FairSaveRules, LeavingReason, SaveAttempt

__all__ = ["CancelRequest", "Cancellation", "FairSaveRules", "LeavingReason", "SaveAttempt"]
