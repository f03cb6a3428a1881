"""The formats of logs that can be read, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rapport.kit.errors import Invalid

from . import anonymous_bank
from .csv_log import CsvLog
from .lines import Source
from .mapping import read_mapping
from .records import CallLog


@dataclass(frozen=True, slots=True)
class SegmentName:
    """What a segment of the log is called, and the waiting it starts with."""

    name: str
    head_start_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """How to open a log, and what its keys mean: the names to give to what an import has to make."""

    name: str
    open: Callable[[Source], CallLog]
    timezone: str
    reasons: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, SegmentName] = field(default_factory=dict)


ANONYMOUS_BANK = Format(
    name="anonymous-bank",
    open=anonymous_bank.AnonymousBank,
    timezone=anonymous_bank.TIME_ZONE,
    reasons=anonymous_bank.REASONS,
    segments={
        "0": SegmentName("Unidentified"),
        "1": SegmentName("Regular"),
        "2": SegmentName("Priority", 90),
    },
)
NAMES = (ANONYMOUS_BANK.name, "csv")


def find(name: str, mapping: Path | None = None) -> Format:
    """The format of that name. `csv` needs the file of a mapping. Raises Invalid when there is none."""
    if name == ANONYMOUS_BANK.name:
        return ANONYMOUS_BANK
    if name != "csv":
        raise Invalid(f"There is no format {name!r}; there are {', '.join(NAMES)}.")
    if mapping is None:
        raise Invalid("The format csv needs a mapping: name its TOML file with --mapping.")
    return _csv(mapping)


def _csv(path: Path) -> Format:
    mapping = read_mapping(path)
    starts = mapping.head_start_seconds
    return Format(
        name="csv",
        open=lambda source: CsvLog(source, mapping),
        timezone=mapping.timezone.key,
        reasons=mapping.reasons,
        segments={key: SegmentName(name, starts.get(key, 0)) for key, name in mapping.segments.items()},
    )
