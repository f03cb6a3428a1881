"""The words of a lesson: paragraphs and lists show as such, and not a word is lost."""

import re

from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.learning import actions
from rapport.learning.prose import Block, blocks
from rapport.learning.tests.stage import BASE, TEXT, a_course, assigned, client_of

WRITTEN = """Ask before you answer:

1. What did they see,
   and where?
2) What do they use?

3. What would have to be different?

Say it back.
Then look.
- Not "cheaper"
• Not <b>soon</b>
2024 was a year.
"""
MARK = re.compile(r"^[^\S\n]*(?:\d{1,2}[.)]|[-*•])[^\S\n]+(?=\S)", re.M)
lines = st.text(st.sampled_from("ab12.)-*• \n<"), max_size=60)


def shown(found: list[Block]) -> list[tuple[str, list[tuple[int, str]]]]:
    return [(one.kind, [(item.number, item.text) for item in one.items]) for one in found]


def test_paragraphs_and_lists_are_told_apart() -> None:
    assert shown(blocks(WRITTEN)) == [
        ("paragraph", [(0, "Ask before you answer:")]),
        ("numbers", [
            (1, "What did they see,\nand where?"),
            (2, "What do they use?"),
            (3, "What would have to be different?"),
        ]),
        ("paragraph", [(0, "Say it back.\nThen look.")]),
        ("points", [(0, 'Not "cheaper"'), (0, "Not <b>soon</b>\n2024 was a year.")]),
    ]  # fmt: skip
    assert blocks("") == blocks(" \n\n") == []
    assert shown(blocks("1.\n- \n100. a")) == [("paragraph", [(0, "1.\n-\n100. a")])]


@given(text=lines)
def test_no_word_is_lost_and_none_is_added(text: str) -> None:
    found = blocks(text)
    told = [word for one in found for item in one.items for word in item.text.split()]
    assert told == MARK.sub("", text).split()
    assert all(item.number == 0 for one in found if one.kind != "numbers" for item in one.items)


def test_a_lesson_shows_its_lists_as_lists_and_nothing_of_it_is_read_as_a_page(world: World) -> None:
    written = TEXT.replace(
        "Ask <b>before</b> you answer.", "Ask <b>before</b>:\\n\\n2. What?\\n3. Where?\\n\\n- Now"
    )
    row = assigned(world, a_course(world, text=written))
    actions.begin(member=world.rep, enrolment=row.public_id)
    page = client_of(world.rep).get(f"{BASE}taken/{row.public_id}/ask/page/").text
    assert "<p>Ask &lt;b&gt;before&lt;/b&gt;:</p>" in page
    assert '<ol><li value="2">What?</li><li value="3">Where?</li></ol>' in page and "<ul><li>Now</li></ul>" in page
