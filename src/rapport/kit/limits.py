"""How often something may be done, counted in the database: all our processes share one count.

Counting has a connection of its own, so that a request that is refused and undone has counted all the same. A key
is kept as a keyed hash: the table holds no address and no name. A window begins with its first taking.
"""

from __future__ import annotations

import hashlib
import math
import os
import random
import threading
import time
from dataclasses import dataclass, field

import psycopg
from django.conf import settings
from django.db import DatabaseError, OperationalError, connections

from rapport.kit.errors import DomainError

SWEEP_ONE_IN = 500
MOST_LEASES = 20_000  # keys of which a process remembers what it has taken ahead
PARTS_OF_A_LEASE = 20

TAKE = """
INSERT INTO kit_limit AS l (key, taken, until) VALUES (%(key)s, %(by)s, now() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET
    taken = CASE WHEN l.until <= now() THEN 0 ELSE l.taken END + %(by)s,
    until = CASE WHEN l.until <= now() THEN excluded.until ELSE l.until END
RETURNING taken, extract(epoch FROM until - now())::float8
"""


class TooMany(DomainError):
    """Too much came from one place; ``again_in`` seconds from now it may be tried again."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, again_in: int = 60) -> None:
        super().__init__(message)
        self.again_in = again_in


@dataclass(frozen=True, slots=True)
class Count:
    """How a limit stands after a taking."""

    most: int
    taken: int
    again_in: int

    @property
    def allowed(self) -> bool:
        """Whether this taking was within the limit."""
        return self.taken <= self.most

    @property
    def left(self) -> int:
        """How many more there may be until the window ends."""
        return max(0, self.most - self.taken)


def take(key: str, most: int, seconds: int) -> bool:
    """Count one more of ``key``; say whether it is within ``most`` in ``seconds``."""
    return count(key, most, seconds).allowed


def require(key: str, most: int, seconds: int, message: str) -> Count:
    """Count one more of ``key``; raise TooMany with ``message`` beyond ``most`` in ``seconds``."""
    found = count(key, most, seconds)
    if not found.allowed:
        raise TooMany(message, found.again_in)
    return found


def count(key: str, most: int, seconds: int, *, by: int = 1) -> Count:
    """Count ``by`` more of ``key`` and return how its limit stands. With 0 it only looks."""
    row = _own.run(TAKE, {"key": _hidden(key), "by": by, "seconds": seconds})
    if random.randrange(SWEEP_ONE_IN) == 0:
        _own.run("DELETE FROM kit_limit WHERE until <= now() RETURNING 0, 0", {})
    taken, left = row or (by, seconds)
    return Count(most, int(taken), max(1, math.ceil(left)))


def release(key: str) -> None:
    """Forget what was counted of ``key``."""
    _own.run("DELETE FROM kit_limit WHERE key = %(key)s RETURNING 0, 0", {"key": _hidden(key)})


def count_ahead(key: str, most: int, seconds: int) -> Count:
    """Count like :func:`count`, for what happens very often: a process takes a twentieth ahead and asks rarely.

    The limit holds for all processes together; each may refuse up to a twentieth early.
    """
    lease = _leases.get(key)
    if lease is None or lease.until <= time.monotonic():
        if len(_leases) >= MOST_LEASES:
            _leases.clear()
        lease = _leases[key] = _Lease()
    with lease.lock:
        if lease.ahead == 0:
            part = max(1, most // PARTS_OF_A_LEASE)
            found = count(key, most, seconds, by=part)
            lease.taken, lease.until = found.taken - part, time.monotonic() + found.again_in
            lease.ahead = part
        lease.ahead -= 1
        lease.taken += 1
        return Count(most, lease.taken, max(1, math.ceil(lease.until - time.monotonic())))


def require_ahead(key: str, most: int, seconds: int, message: str) -> None:
    """Count like :func:`count_ahead`; raise TooMany with ``message`` beyond the limit."""
    found = count_ahead(key, most, seconds)
    if not found.allowed:
        raise TooMany(message, found.again_in)


def forget_all() -> None:
    """Forget every count and close the connection; for tests, and before a database is dropped."""
    _leases.clear()
    _own.forget_all()


@dataclass(slots=True)
class _Lease:
    """What this process has counted ahead of one key."""

    ahead: int = 0
    taken: int = 0
    until: float = math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)


class _OwnConnection:
    """One connection of this process for counting, shared by its threads, made when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: psycopg.Connection | None = None
        self._process = 0

    def run(self, sql: str, values: dict[str, object]) -> tuple[float, float] | None:
        """Run one statement of its own; once more on a new connection where the old one is gone."""
        with self._lock:
            for attempt in (1, 2):
                try:
                    row = self._open().execute(sql, values).fetchone()
                except psycopg.OperationalError as error:
                    self._close()
                    if attempt == 2:
                        raise OperationalError(*error.args) from error
                except psycopg.Error as error:  # such as before the first migration
                    raise DatabaseError(*error.args) from error
                else:
                    return (row[0], row[1]) if row else None
        raise AssertionError

    def forget_all(self) -> None:
        with self._lock:
            if self._made is not None:
                self._made.execute("DELETE FROM kit_limit")
                self._close()

    def _open(self) -> psycopg.Connection:
        if self._made is None or self._made.closed or self._process != os.getpid():
            told = connections["default"].get_connection_params()
            kept = {name: value for name, value in told.items() if name not in ("cursor_factory", "context")}
            self._made = psycopg.connect(**kept, autocommit=True)
            self._made.execute("SET synchronous_commit = off")  # a count may be lost with the machine's power
            self._process = os.getpid()
        return self._made

    def _close(self) -> None:
        if self._made is not None and self._process == os.getpid():
            self._made.close()
        self._made = None


_own = _OwnConnection()
_leases: dict[str, _Lease] = {}


def _hidden(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).digest()
