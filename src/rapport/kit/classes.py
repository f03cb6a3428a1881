"""How much care a field needs. A model says it in one place, ``FIELD_CLASSES``; what is not named is ordinary."""

from enum import StrEnum


class FieldClass(StrEnum):
    """The care a field needs, from little to much."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"

    @property
    def rank(self) -> int:
        """Where the class stands, so that two can be compared."""
        return list(FieldClass).index(self)
