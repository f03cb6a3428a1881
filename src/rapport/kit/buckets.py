"""Files in a bucket of S3-compatible storage: by path-style addresses, signed, over TLS unless told otherwise.

Each request is bounded in time, and a slow listener holds none: a part is fetched whole. The storage's words are
not passed on, since they name keys; what is told is its code for the fault.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from rapport.kit.storage import Absent, Address, There, Trouble

logger = logging.getLogger("rapport.storage")
MB = 1024 * 1024
AT_ONCE = 64 * MB  # up to here a file is one request, which the storage itself refuses where there is one
PART = 16 * MB  # of what is larger
CONNECTS_WITHIN = timedelta(seconds=3)
ANSWERS_WITHIN = timedelta(seconds=10)
TAKES_WITHIN = timedelta(minutes=2)  # a file of one request, or a part
CHECKED_WITHIN = timedelta(seconds=3)
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")


class Bucket:
    """Storage in a bucket, or below a prefix of it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._short = _client(address, ANSWERS_WITHIN, retries=2)
        self._long = _client(address, TAKES_WITHIN, retries=2)
        self._once = _client(address, CHECKED_WITHIN, retries=0)

    def put(self, name: str, pieces: Iterable[bytes], size: int) -> None:
        """Keep a file, in one request or, where it is large, in parts that are one file at the end."""
        with self._told():
            if size <= AT_ONCE:
                obstore.put(self._long, name, b"".join(pieces), mode="create")
            elif self._has(name):  # names are used once, by the database: nobody puts the same one meanwhile
                raise There(name)
            else:
                obstore.put(self._long, name, pieces, use_multipart=True, chunk_size=PART, max_concurrency=2)

    def _has(self, name: str) -> bool:
        try:
            obstore.head(self._short, name)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str, start: int, stop: int) -> bytes:
        """Return a part of a file."""
        with self._told():
            try:
                return bytes(obstore.get_range(self._short, name, start=start, end=stop))
            except BaseError as error:
                if _code(error) in ("InvalidRange", "416"):
                    return b""
                raise

    def files(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Yield what is in a folder, page by page, and since when."""
        with self._told():
            for page in obstore.list(self._short, folder):
                for one in page:
                    yield one["path"].removeprefix(f"{folder}/"), one["last_modified"]

    def remove(self, names: Collection[str]) -> None:
        """Remove files, by a request each: not every storage takes many at once."""
        with self._told():
            obstore.delete(self._short, list(names))

    def check(self) -> None:
        """Ask for the first page of what is there."""
        with self._told():
            next(iter(obstore.list(self._once, chunk_size=1)), None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except AlreadyExistsError:
            raise There from None
        except (BaseError, FileNotFoundError) as error:
            code = _code(error)
            if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
                raise Absent from None
            reason = _reason(error, code, self._address.bucket)
            logger.warning("the storage %s %s", self._address, reason)
            raise Trouble(reason) from None


def _client(address: Address, within: timedelta, *, retries: int) -> S3Store:
    return S3Store(
        address.bucket,
        prefix=address.prefix or None,
        config={
            "endpoint": address.endpoint,
            "region": address.region,
            "access_key_id": address.access_key,
            "secret_access_key": address.secret_key,
            "virtual_hosted_style_request": False,
            "skip_signature": False,
            "disable_tagging": True,
            "disable_bulk_delete": True,
        },
        client_options={
            "connect_timeout": CONNECTS_WITHIN,
            "timeout": within,
            "allow_http": address.endpoint.startswith("http://"),
            **({"root_certificate": address.authorities.read_bytes()} if address.authorities else {}),
        },
        retry_config={
            "max_retries": retries,
            "retry_timeout": ANSWERS_WITHIN,
            "backoff": {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=2), "base": 2},
        },
    )


def _code(error: Exception) -> str:
    """Return the storage's own code for a fault, or the status of its answer; empty where it did not answer."""
    told = str(error)
    found = _CODE.search(told) or _STATUS.search(told)
    return found[1] if found else ""


def _reason(error: Exception, code: str, bucket: str) -> str:
    if not code:
        is_doubted = "InvalidCertificate" in str(error)
        return "shows a certificate that is not trusted" if is_doubted else "does not answer"
    if code == "NoSuchBucket":
        return f"has no bucket {bucket}"
    status = _STATUS.search(str(error))
    if status and status[1] in ("401", "403"):
        return f"does not let us in ({code})"
    return f"answers with a fault ({code})"
