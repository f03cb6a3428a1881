"""Background work of this module; the worker looks for it here."""

from rapport.guides.library.jobs import tell_overdue

__all__ = ["tell_overdue"]
