"""`rapport sso`: a partner's own sign-in service."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapport.accounts.doors import commanding
from rapport.kit import outbound
from rapport.kit.errors import Invalid, NotFound
from rapport.provisioning import services

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


def run(arguments: list[str]) -> int:
    """Set a sign-in service from its file, stop one, or list those of the programme's partner."""
    parser = argparse.ArgumentParser(
        prog="rapport sso",
        description="Set the sign-in service of a programme's partner, stop one, or list them.",
    )
    parser.add_argument("--programme", required=True, metavar="KEY", help="any programme of the partner")
    parser.add_argument("--file", type=Path, help="the service, as TOML")
    parser.add_argument("--secret-file", type=Path, help="its client secret; without it the one on file stays")
    parser.add_argument("--stop", default="", metavar="SERVICE", help="let nobody in by this service any more")
    asked = parser.parse_args(arguments)
    with commanding(asked.programme) as programme:
        if asked.file:
            _set(programme, asked.file, asked.secret_file)
        if asked.stop:
            _stop(programme, asked.stop)
        found = services.services_of(programme.partner)
    for one in found:
        print(f"{one.key} ({one.kind}{'' if one.is_active else ', stopped'}): /sign-in/with/{one.key}/")
    if not found:
        print("This partner has no sign-in service.")
    return 0


def _set(programme: Programme, path: Path, secret_path: Path | None) -> None:
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text())
        secret = secret_path.read_text().strip() if secret_path else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path} cannot be read as TOML: {error}") from error
    head = {name: str(told.pop(name, "")) for name in ("key", "name", "kind")}
    source = str(told.pop("metadata", ""))
    rules = {**(_metadata(path.parent, source) if source else {}), **told}
    services.set_service(partner=programme.partner, rules=rules, secret=secret, actor="command", **head)


def _metadata(folder: Path, source: str) -> dict[str, Any]:
    if source.startswith(("https://", "http://")):
        return services.read_metadata(outbound.get(source).body)
    try:
        return services.read_metadata((folder / source).read_bytes())
    except OSError as error:
        raise Invalid(f"The metadata in {source} cannot be read: {error}") from error


def _stop(programme: Programme, key: str) -> None:
    found = next((one for one in services.services_of(programme.partner) if one.key == key), None)
    if found is None:
        raise NotFound(f"This partner has no sign-in service {key!r}.")
    services.stop_service(found, actor="command")
