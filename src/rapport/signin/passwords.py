"""What a password has to be: hard to guess for who knows the lists of leaked ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

if TYPE_CHECKING:
    from rapport.accounts.models import User

LEAST = 3  # zxcvbn's scale: beyond 10^8 guesses
LONGEST_LOOKED_AT = 72  # characters; looking at more takes long and finds nothing new


class HardToGuess:
    """Refuse what is made of leaked passwords, words, names, dates, rows of keys and repetitions.

    zxcvbn carries 30,000 of the most used leaked passwords and finds them in disguise: ``P4ssword1234``.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with what makes it easy to guess."""
        known = [user.username, *user.name.split()] if user else []
        found = zxcvbn(password[:LONGEST_LOOKED_AT], user_inputs=["rapport", *known])
        if found["score"] < LEAST:
            why = found["feedback"]["warning"] or "This is easy to guess."
            raise ValidationError(f"{why} Take a few words that do not belong together.", code="easy_to_guess")

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Not made of leaked passwords, names, dates or rows of keys."
