"""The look through the logs of the tests finds what is planted there."""

from pathlib import Path

import pytest

from rapport.runtime.log_check import FINDS, Keeper


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("no card 4000 0566 5566 5556 here", True),
        ("a number: 12345678", True),
        ("to DE89370400440532013000", True),
        ("job 812 of contact 0192f3a4-1234-7678-9012-345678901234 took 0.4242424242424242 s", False),
        ("", False),
    ],
)
def test_what_is_planted_is_found(tmp_path: Path, line: str, is_found: bool) -> None:
    keeper = Keeper(tmp_path)
    keeper.sealed.add("12345678")
    log = tmp_path / "web.log"
    log.write_text(f"12:00:00 INFO rapport.web: fine\n12:00:01 INFO rapport.web: {line}\n")
    keeper.look(log)
    keeper.look(tmp_path / "absent.log")
    assert (tmp_path / FINDS).exists() == is_found
