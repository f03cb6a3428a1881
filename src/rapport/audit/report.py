"""What a verification found, and its words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapport.audit.digests import Sealed, faults
from rapport.audit.walking import Finding, Sign, Walked


@dataclass(slots=True)
class Report:
    """A programme's logs and digests as they were found."""

    programme: str
    walked: list[Walked] = field(default_factory=list)
    unlinked: dict[str, int] = field(default_factory=dict)
    digests: int = 0
    until: str = ""
    key: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Everything wrong with the logs, the first of each log before its others."""
        return [finding for walked in self.walked for finding in walked.findings]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings and not self.faults

    def lines(self) -> Iterator[str]:
        """Yield the report as a person reads it."""
        for walked in self.walked:
            waiting = self.unlinked.get(walked.log, 0)
            later = f"; {waiting:,} rows not linked yet" if waiting else ""
            links = f"{walked.links:,} links, {walked.sealed:,} of them sealed"
            yield f"{self.programme}: {walked.log}: {links}{later}"
        told = f"1 to {self.digests}, until {self.until}, signed by {self.key}" if self.digests else "none yet"
        yield f"{self.programme}: digests: {told}"
        for words in self.faults:
            yield f"{self.programme}: {words}"
        for finding in self.findings:
            yield f"{self.programme}: {finding}"
        yield f"{self.programme}: {'nothing was altered' if self.is_sound else 'NOT AS IT WAS WRITTEN'}"


def check_digests(report: Report, digests: Sequence[Sealed], *, programme: str, trusted: str) -> None:
    """Put into the report what is wrong with the digests."""
    report.digests = len(digests)
    last = digests[-1].told if digests else {}
    report.until, report.key = str(last.get("to", "")), str(last.get("key", ""))
    report.faults += [
        f"digest {number} {words}" for number, words in faults(digests, programme=programme, trusted=trusted)
    ]


def compare_copies(report: Report, digests: Sequence[Sealed], copies: dict[str, Sealed]) -> None:
    """Put into the report where the digests differ from the copies that were delivered."""
    ours = {one.told.get("number"): one for one in digests}
    for name, copy in sorted(copies.items()):
        number = copy.told.get("number")
        if number not in ours:
            report.faults.append(f"digest {number} was delivered as {name} and is gone")
        elif ours[number].document != copy.document:
            report.faults.append(f"digest {number} is not the one that was delivered as {name}")


def signs_of(digests: Sequence[Sealed], log: str) -> list[Sign]:
    """Return what digests say of one log; those that cannot be read say nothing."""
    signs = []
    for one in digests:
        told = one.told
        state = told.get("logs", {}).get(log)
        if isinstance(state, dict):
            try:
                signs.append(
                    Sign(int(told["number"]), int(state["last"]), str(state["hash"]), int(state["floor"]))
                )
            except (KeyError, TypeError, ValueError, OverflowError):
                continue
    return signs
