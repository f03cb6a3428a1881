"""`rapport keys`: the key ring, its rotation, and what still needs which key."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rapport.accounts.queries import programmes
from rapport.customers import resealing
from rapport.customers.jobs import reseal
from rapport.kit import sealing
from rapport.signin import sealed
from rapport.signin.jobs import reseal as reseal_factors


def run(argv: Sequence[str]) -> int:
    """Show the keys, or change them. Exit code 1 where values are sealed with a key that is not in the ring."""
    parser = argparse.ArgumentParser(
        prog="rapport keys",
        description="Show the keys that open what is sealed in the database, and how many values need each.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--rotate", action="store_true", help="make a new key; a job seals everything anew with it")
    what.add_argument("--reseal", action="store_true", help="seal everything anew now, with the current key")
    what.add_argument("--retire", action="store_true", help="take old keys that nothing needs out of the ring")
    asked = parser.parse_args(list(argv))
    if asked.rotate:
        print(f"The current key is {sealing.rotate()} now.")
        for programme in programmes():
            reseal.defer(programme_id=programme.pk)
        reseal_factors.defer()
    elif asked.reseal:
        for programme in programmes():
            resealing.reseal_all(programme)
        sealed.seal_anew()
    elif asked.retire:
        gone = resealing.retire_unused()
        print(f"Taken out: {', '.join(gone) or 'none, there is only the current one'}.")
    return _show()


def _show() -> int:
    ring, used = sealing.ring(), resealing.uses()
    print(f"Key ring: {sealing.ring_path()}")
    for key in sorted(ring.keys.values(), key=lambda one: one.made_at):
        current = ", current" if key.id == ring.current else ""
        print(f"  {key.id}  made {key.made_at:%Y-%m-%d %H:%M}Z, opens {used[key.id]:,} values{current}")
    missing = sorted(set(used) - set(ring.keys))
    for key_id in missing:
        print(f"  {key_id}  MISSING: {used[key_id]:,} values cannot be opened until it is put back from a backup")
    return 1 if missing else 0
