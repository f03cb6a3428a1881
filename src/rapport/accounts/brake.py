"""Slows guessing of passwords. Counted in this process's memory: a brake, not a wall."""

from django.core.cache import cache

MOST_FAILURES = 10  # of one username, from anywhere
WINDOW_SECONDS = 600


def is_on(username: str) -> bool:
    """Say whether a username has failed so often that no password is looked at for a while."""
    return int(cache.get(_key(username), 0)) >= MOST_FAILURES


def note_failure(username: str) -> None:
    """Count one more wrong password; the window begins with the first."""
    cache.add(_key(username), 0, WINDOW_SECONDS)
    try:
        cache.incr(_key(username))
    except ValueError:  # the window ended between the two
        cache.set(_key(username), 1, WINDOW_SECONDS)


def release(username: str) -> None:
    """Forget the failures of a username that got in."""
    cache.delete(_key(username))


def _key(username: str) -> str:
    return f"sign-in:{username.strip().lower().encode().hex()[:200]}"
