"""Where this installation keeps its files, from the environment. Light: it is asked before Django loads."""

import re
from pathlib import Path

from rapport.config import home
from rapport.kit import env
from rapport.kit.env import SettingError
from rapport.kit.storage import Address

PLACE = "RAPPORT_RECORDINGS"
_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)/?", re.ASCII)
_ENDPOINT = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?", re.ASCII)
_REGION = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


def recordings() -> Path | Address:
    """Return the folder or the bucket of recordings (RAPPORT_RECORDINGS); SettingError names no secret."""
    raw = env.text("RAPPORT_RECORDINGS")
    if "://" not in raw:
        return env.folder("RAPPORT_RECORDINGS", home.home() / "files" / "recordings")
    found = _BUCKET.fullmatch(raw)
    if found is None:
        raise SettingError(f"{PLACE} must be a folder, or a bucket: s3://bucket, or s3://bucket/prefix.")
    region = env.text("RAPPORT_S3_REGION", "us-east-1")
    if not _REGION.fullmatch(region):
        raise SettingError("RAPPORT_S3_REGION must be the name of a region.")
    return Address(
        bucket=found[1],
        prefix=found[2].strip("/"),
        endpoint=_endpoint(region),
        region=region,
        access_key=_secret("RAPPORT_S3_ACCESS_KEY"),
        secret_key=_secret("RAPPORT_S3_SECRET_KEY"),
        authorities=_authorities(),
    )


def _endpoint(region: str) -> str:
    endpoint = env.text("RAPPORT_S3_ENDPOINT", f"https://s3.{region}.amazonaws.com")
    if not _ENDPOINT.fullmatch(endpoint):
        raise SettingError(
            "RAPPORT_S3_ENDPOINT must be an address without a path: https://storage.example.com:9000."
        )
    if endpoint.startswith("http://") and not env.yes("RAPPORT_S3_PLAIN_HTTP"):
        raise SettingError(
            "RAPPORT_S3_ENDPOINT must begin with https://. Set RAPPORT_S3_PLAIN_HTTP=yes to do without TLS."
        )
    return endpoint.rstrip("/")


def _secret(name: str) -> str:
    value = env.text(name)
    if not (value.isascii() and value.isprintable()) or not value or " " in value:
        raise SettingError(f"{name} must be the key that the storage gave you: {PLACE} names a bucket.")
    return value


def _authorities() -> Path | None:
    raw = env.text("RAPPORT_S3_AUTHORITIES")
    path = Path(raw).expanduser().absolute()
    if raw and not path.is_file():
        raise SettingError(f"RAPPORT_S3_AUTHORITIES={raw!r} must be a file with certificates (PEM).")
    return path if raw else None
