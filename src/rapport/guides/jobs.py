"""Background work of this module; the worker looks for it here."""

from rapport.guides.alone.jobs import leave_the_idle
from rapport.guides.library.jobs import tell_overdue

__all__ = ["leave_the_idle", "tell_overdue"]
