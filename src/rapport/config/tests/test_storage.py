"""Where recordings are kept, as the environment says it: a folder, or a bucket with all it takes to get in."""

from pathlib import Path

import pytest

from rapport.config import storage
from rapport.kit.env import SettingError
from rapport.kit.storage import Address

KEYS = {"RAPPORT_S3_ACCESS_KEY": "AK", "RAPPORT_S3_SECRET_KEY": "never+to/be=shown"}
NAMES = (
    "RECORDINGS", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_AUTHORITIES", "S3_PLAIN_HTTP",
)  # fmt: skip


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"RAPPORT_{name}", raising=False)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path))


def read(monkeypatch: pytest.MonkeyPatch, place: str, **told: str) -> Path | Address:
    for name, value in {"RAPPORT_RECORDINGS": place, **KEYS, **told}.items():
        monkeypatch.setenv(name, value)
    return storage.recordings()


def test_a_folder_is_the_default_and_needs_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert storage.recordings() == tmp_path / "files" / "recordings"
    monkeypatch.setenv("RAPPORT_RECORDINGS", str(tmp_path / "else"))
    assert storage.recordings() == tmp_path / "else"


def test_a_bucket_is_read_with_its_prefix_endpoint_and_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = read(monkeypatch, "s3://calls")
    secret = KEYS["RAPPORT_S3_SECRET_KEY"]
    assert found == Address("calls", "", "https://s3.us-east-1.amazonaws.com", "us-east-1", "AK", secret)
    (tmp_path / "ca.pem").write_text("x")
    found = read(
        monkeypatch, "s3://calls.example/a/b_c.d/", RAPPORT_S3_REGION="eu-central-1",
        RAPPORT_S3_ENDPOINT="https://[::1]:9000/", RAPPORT_S3_AUTHORITIES=str(tmp_path / "ca.pem"),
    )  # fmt: skip
    assert found == Address(
        "calls.example", "a/b_c.d", "https://[::1]:9000", "eu-central-1", "AK", secret, tmp_path / "ca.pem"
    )
    assert secret not in f"{found!r} {found}"


def test_without_tls_only_where_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="must begin with https://"):
        read(monkeypatch, "s3://calls", RAPPORT_S3_ENDPOINT="http://10.0.0.5:9000")
    found = read(
        monkeypatch, "s3://calls", RAPPORT_S3_ENDPOINT="http://10.0.0.5:9000", RAPPORT_S3_PLAIN_HTTP="yes"
    )
    assert isinstance(found, Address) and found.endpoint == "http://10.0.0.5:9000"


@pytest.mark.parametrize(
    "place",
    ["s3://", "s3://A", "s3://ab", "s3:///x", "s3://calls/../other", "s3://calls//x", "s3://calls/.hidden",
     "s3://calls?region=x", "s3://AK:never+to/be=shown@calls/x", "gs://calls", "file:///tmp", "s3://calls/x y",
     "S3://calls"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    with pytest.raises(SettingError, match="must be a folder, or a bucket") as told:
        read(monkeypatch, place)
    assert "shown" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RAPPORT_S3_ACCESS_KEY", ""), ("RAPPORT_S3_SECRET_KEY", ""), ("RAPPORT_S3_SECRET_KEY", "a b"),
     ("RAPPORT_S3_SECRET_KEY", "ключ"), ("RAPPORT_S3_REGION", "../x"), ("RAPPORT_S3_ENDPOINT", "storage:9000"),
     ("RAPPORT_S3_ENDPOINT", "https://user:shown@storage"), ("RAPPORT_S3_ENDPOINT", "https://storage/path"),
     ("RAPPORT_S3_ENDPOINT", "https://storage?x=1"), ("RAPPORT_S3_AUTHORITIES", "/nowhere/ca.pem")],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named_and_no_secret_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingError, match=name) as told:
        read(monkeypatch, "s3://calls", **{name: value})
    assert "shown" not in str(told.value)
