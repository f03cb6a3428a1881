"""A real server of S3-compatible storage for tests (SeaweedFS), started once and shared: plain, and over TLS."""

import atexit
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import obstore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from obstore.store import S3Store

from rapport.kit.storage import Address

BUCKET = "recordings"
KEY, SECRET = "test-key", "test-secret-that-is-never-shown"
READER, READERS_SECRET = "reader-key", "reader-secret"
STARTS_WITHIN = 90.0  # seconds
PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
    "s3.port", "s3.port.grpc", "s3.port.https",
)  # fmt: skip


@dataclass(frozen=True)
class Peer:
    """The running server."""

    folder: Path
    plain: str
    over_tls: str

    @property
    def authorities(self) -> Path:
        return self.folder / "authority.pem"

    def bucket(self, prefix: str = "p") -> Address:
        """Return the address of a new, empty place in the bucket."""
        return Address(BUCKET, f"{uuid4().hex[:12]}/{prefix}", self.plain, "us-east-1", KEY, SECRET)

    def as_reader(self, address: Address) -> Address:
        """Return the same bucket for who may read only."""
        return replace(address, access_key=READER, secret_key=READERS_SECRET)


def _sent(address: Address, method: str, name: str) -> None:
    signer = S3Store(
        address.bucket,
        config={
            "endpoint": address.endpoint, "region": address.region, "access_key_id": address.access_key,
            "secret_access_key": address.secret_key, "virtual_hosted_style_request": False,
        },
        client_options={"allow_http": True},
    )  # fmt: skip
    url = obstore.sign(signer, method, name, timedelta(minutes=1))  # type: ignore[call-overload] # any method
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20):
        pass


@cache
def peer() -> Peer:
    """Return the server of this process, started on first use and stopped at its end."""
    folder = Path(tempfile.mkdtemp(prefix="s3-"))
    identities = [
        {"name": "all", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]},
        {
            "name": "reader",
            "credentials": [{"accessKey": READER, "secretKey": READERS_SECRET}],
            "actions": ["Read", "List"],
        },
    ]
    (folder / "identities.json").write_text(json.dumps({"identities": identities}))
    (folder / "data").mkdir()
    certify(folder)
    ports = free(len(PORTS))
    words = [f"-{name}={port}" for name, port in zip(PORTS, ports, strict=True)]
    words += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", f"-dir={folder / 'data'}", "-volume.max=20"]
    words += ["-master.volumeSizeLimitMB=64", "-s3.iam=false", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0"]
    words += [f"-s3.config={folder / 'identities.json'}", "-s3.port.lance=0"]
    words += [f"-s3.cert.file={folder / 'server.pem'}", f"-s3.key.file={folder / 'server.key'}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("weed"), "server", *words],
            stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    atexit.register(_stop, process, folder, ports)
    found = Peer(folder, f"http://127.0.0.1:{ports[6]}", f"https://127.0.0.1:{ports[8]}")
    _wait(found, process)
    return found


def _wait(found: Peer, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            _sent(replace(found.bucket(), prefix=""), "PUT", "")  # makes the bucket
        except (urllib.error.URLError, OSError) as error:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError((found.folder / "log").read_text()[-2000:]) from error
            time.sleep(0.2)
        else:
            return


def _stop(process: "subprocess.Popen[bytes]", folder: Path, ports: list[int]) -> None:
    process.kill()
    process.wait(30)
    shutil.rmtree(folder, ignore_errors=True)
    for port in ports:  # its sockets are there whatever TMPDIR says
        for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
            path.unlink()


def free(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def certify(folder: Path) -> None:
    """Write a certificate for 127.0.0.1, and the authority that nobody but the tests knows."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    by, to = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("authority", "server"))
    now = datetime.now(UTC)

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=2))

    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    authority = certificate(by, root).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    server = certificate(to, own).add_extension(names, critical=False)
    for name, one in (("authority", authority), ("server", server)):
        pem = one.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / f"{name}.pem").write_bytes(pem)
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "server.key").write_bytes(own.private_bytes(serialization.Encoding.PEM, kind, plain))
