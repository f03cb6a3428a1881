"""Every key of the desk is in the reference, and the reference has no other."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "desk"
PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "keys.md"
IN_TEMPLATE = re.compile(r"""(?:data-key="|"data-key": "|key=")([a-zA-Z?]+)\"""")


def test_the_reference_has_the_desks_keys() -> None:
    of_figures = "saves.html"
    on_desk = [path.read_text() for path in TEMPLATES.glob("*.html") if path.name != of_figures]
    used = {key for text in on_desk for key in IN_TEMPLATE.findall(text)}
    used |= {"y", "n"}  # by ui.choice(keys="yn")
    told = set(re.findall(r"^\| `([a-zA-Z]+)` \|", PAGE.read_text(), re.MULTILINE)) - {"Escape"}
    assert used == told
