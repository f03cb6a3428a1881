"""Days in addresses."""

from datetime import date


class DayConverter:
    """A local day as ``2026-11-21``."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; an impossible one is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Return the day as addresses have it."""
        return value.isoformat()
