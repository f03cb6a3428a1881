"""`rapport audit seal`: seal now, and change the key that seals."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rapport.accounts.doors import in_each_programme
from rapport.audit import keys, sealing
from rapport.audit.digests import public_hex
from rapport.kit import clock


def run(argv: Sequence[str]) -> int:
    """Seal every programme's logs as they stand, and deliver the digests."""
    parser = argparse.ArgumentParser(
        prog="rapport audit seal", description="Seal the logs of every programme as they stand, without waiting."
    )
    parser.add_argument(
        "--new-key", action="store_true", help="name a new key, which signs from the next digest on"
    )
    asked = parser.parse_args(list(argv))
    if asked.new_key:
        print(f"The next key: {public_hex(keys.make_next())}")
    for digest in in_each_programme(lambda programme: sealing.seal_until(programme, clock.now())):
        if digest is not None:
            print(f"{digest.programme.key}: digest {digest.number}")
    sealing.hand_over()
    return 0
