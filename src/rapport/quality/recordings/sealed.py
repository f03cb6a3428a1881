"""The keys that open recordings, sealed with the installation's key ring: rotation leaves the audio as it is."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode

from rapport.kit import sealing
from rapport.kit.sealed_secrets import SealedSecrets
from rapport.quality.recordings.models import Recording
from rapport.quality.recordings.store import Held


def _place(row: Recording) -> sealing.Place:
    return sealing.Place(row.programme_id, Recording._meta.db_table, str(row.public_id), "secret")


KEYS = SealedSecrets(Recording, _place)
uses, seal_anew = KEYS.uses, KEYS.seal_anew


def give_key(row: Recording) -> Held:
    """Give a new recording its key, and return how its audio is to be kept; the row is not saved."""
    key = secrets.token_bytes(sealing.KEY_BYTES)
    row.sealed_secret = KEYS.seal(b64encode(key).decode(), row)
    return Held(row.programme.key, row.public_id, row.kept_bytes, key)


def held_of(row: Recording) -> Held:
    """Return how to read a recording's audio; the row's ``programme`` should be loaded. KeyMissing, Broken."""
    return Held(row.programme.key, row.public_id, row.kept_bytes, b64decode(KEYS.unseal(row)))
