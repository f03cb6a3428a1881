"""What `rapport guides` does with a programme's guides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapport.accounts.doors import commanding
from rapport.guides import playing, publishing, versions
from rapport.guides.definition.reading import GuideInvalid, read_guide
from rapport.guides.models import GuideVersion
from rapport.kit.documents import located
from rapport.kit.errors import Invalid
from rapport.kit.lines import lines_of


def take(what: str, programme_key: str, texts: Sequence[tuple[str, str]], *, key: str, note: str) -> list[str]:
    """Check, import or publish guides, named by their files, all or none; return what to say of each."""
    with commanding(programme_key) as programme:
        said = []
        for name, text in texts:
            try:
                if what == "check":
                    known = versions.known_names(programme)
                    if failed := playing.failures(read_guide(text, known), known):
                        raise GuideInvalid(located(lines_of(text), failed))
                    said.append(f"{name}: no faults, and {programme.key} has every name in it.")
                    continue
                do = publishing.install if what == "publish" else publishing.save_draft
                version = do(programme=programme, text=text, key=key, note=note)
            except GuideInvalid as error:
                raise Invalid(f"{name}:\n{error}") from None
            said.append(f"{name}: version {version.number} of {version.guide.key} is {_state(version)}.")
        return said


def in_force(programme_key: str, *, key: str = "") -> dict[str, str]:
    """Return the texts in force by their guides' keys, or that of one guide."""
    with commanding(programme_key) as programme:
        if key:
            version = versions.version_in_force(versions.guide_by_key(programme, key))
            if version is None:
                raise Invalid(f"No version of {key!r} is in force.")
            return {key: version.text}
        return dict(_texts(versions.versions_in_force(programme)))


def _texts(found: Sequence[GuideVersion]) -> Iterator[tuple[str, str]]:
    for version in found:
        yield version.guide.key, version.text


def _state(version: GuideVersion) -> str:
    return {"draft": "on file as a draft", "published": "in force"}.get(version.state, version.state)
