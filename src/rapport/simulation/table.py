"""A comparison as a table to read."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields

from .compare import Comparison, Estimate, Part
from .figures import Figures

WHOLE = ("offered", "answered", "abandoned")
SHARES = (
    "abandonment_rate",
    "service_level",
    "long_wait_rate",
    "expected_resolution",
    "expected_transfers",
    "occupancy",
    "occupancy_spread",
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def table(found: Comparison, segment_names: Mapping[str, str]) -> Iterator[str]:
    """The lines: what it rests on, the policies, then a table for all and for each segment."""
    basis, seeds = found.basis, found.seeds
    hours = "on file" if basis.has_hours else "inferred"
    yield (
        f"{basis.reps} reps, {basis.rep_hours:,.0f} hours {hours}, {basis.wrap_up_seconds:.0f} s between calls; "
        f"{basis.left_before_queue:,} left before the queue."
    )
    yield f"{len(seeds)} seeds from {seeds[0]}; ± is a 95 % interval, * a change beyond chance."
    for letter, outcome in zip(LETTERS, found.policies, strict=False):
        yield f"  {letter}  {outcome.policy}"
    yield from _part("All who asked for a person", found.recorded.overall, [one.overall for one in found.policies])
    for key, recorded in found.recorded.by_segment.items():
        title = f"Segment {segment_names.get(key, key)}"
        yield from _part(title, recorded, [one.by_segment[key] for one in found.policies])


def _part(title: str, recorded: Figures, parts: list[Part]) -> Iterator[str]:
    heads = ["recorded", LETTERS[0]]
    for letter in LETTERS[1 : len(parts)]:
        heads += [letter, f"{letter} - {LETTERS[0]}"]
    yield ""
    yield f"{title:<28}" + "".join(f"{head:>18}" for head in heads)
    told = asdict(recorded)
    for name in (field.name for field in fields(Figures)):
        if told[name] is None and parts[0].figures[name] is None:
            continue
        cells = [_shown(name, told[name]), _estimated(name, parts[0].figures[name])]
        for part in parts[1:]:
            change = (part.change or {})[name]
            cells += [_estimated(name, part.figures[name]), _estimated(name, change, is_change=True)]
        label = name.removesuffix("_seconds").replace("_", " ")
        yield f"  {label:<26}" + "".join(f"{cell:>18}" for cell in cells)


def _estimated(name: str, estimate: Estimate | None, *, is_change: bool = False) -> str:
    if estimate is None:
        return "-"
    shown = _shown(name, estimate.mean, sign="+" if is_change else "")
    if estimate.low is not None and estimate.high != estimate.low:
        shown += f" ±{_shown(name, estimate.mean - estimate.low)}"
    return shown + ("*" if is_change and estimate.is_beyond_chance else "")


def _shown(name: str, value: float | None, *, sign: str = "") -> str:
    if value is None:
        return "-"
    if name in WHOLE:
        return f"{value:{sign},.0f}"
    if name in SHARES:
        return f"{value:{sign}.1%}"
    return f"{value:{sign}.1f} s" if name.endswith("_seconds") else f"{value:{sign}.3f}"
