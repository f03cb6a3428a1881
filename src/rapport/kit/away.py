"""What is logged when the database gave no answer: it is away, or two transactions waited for each other.

The latter is a fault of ours (an order of locks), not of the database, and so an error in the log.
"""

import logging

from psycopg.errors import DeadlockDetected, SerializationFailure


def is_for_each_other(error: BaseException) -> bool:
    """Say whether the database ended this because two waited for each other, or wrote the same at once."""
    return any(isinstance(one, DeadlockDetected | SerializationFailure) for one in (error, error.__cause__))


def tell(log: logging.Logger, error: BaseException, doing: str) -> None:
    """Log why there was no answer, and what is done now; where it is our fault, with where it came from."""
    words = str(error).strip().split("\n")[0]
    if is_for_each_other(error):
        log.error("two waited for each other in the database (%s); %s", words, doing, exc_info=error)
    else:
        log.warning("the database is away (%s); %s", words, doing)
