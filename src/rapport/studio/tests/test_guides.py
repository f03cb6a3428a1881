"""The pages on which guides are written, by the people who use them."""

import html
import json
import re
import tomllib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.guides import publishing, versions
from rapport.guides.models import GuideVersion, Progress
from rapport.guides.tests.written import CANCEL
from rapport.kit import clock
from rapport.routing.actions import set_proficiency

GUIDES = "/at/cards/guides/"
LEAVING = CANCEL.replace('objections = ["too_dear"]', "")
TEXT = """# Written by hand.
name = "Fees"
[for]
reasons = ["cancel"]  # only these

# The first thing.
[[steps]]
key = "greet"
title = "Greet"
words = "Good day {customer.first_name|there}."

[[steps]]
key = "close"
kind = "close"
title = "Thanks"
"""


@pytest.fixture
def writer(world: World) -> Client:
    return signed_in(a_member(world, "wanda", Role.TRAINER))


@pytest.fixture
def boss(world: World) -> Client:
    return signed_in(a_member(world, "boss", Role.MANAGER))


def a_member(world: World, who: str, role: Role) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id=who, name=who.capitalize(), role=role, username=who
    )


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return html.unescape(response.content.decode())


def text_in(page: Any) -> str:
    """The text in the editor, as a browser would send it."""
    found = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\n?(.*?)</textarea>", page.content.decode(), re.DOTALL)
    assert found, page.content
    return html.unescape(found[1])


def change(client: Client, text: str, do: str = "", part: str = "", **sent: Any) -> Any:
    """Press a button of the editor; with ``part`` its form is on the page."""
    form = {"shown": part, "part": part} if part else {}
    return client.post(f"{GUIDES}-/change/", {"text": text, "do": do, **form, **sent})


def step_form(key: str, **values: Any) -> dict[str, Any]:
    """What the form of a step sends."""
    return {
        "part": f"step:{key}",
        "step.shown": list(values),
        **{f"step.{name}": one for name, one in values.items()},
    }


def on_file(client: Client, text: str = TEXT, **more: Any) -> Any:
    return client.post(f"{GUIDES}-/save/", {"text": text, "newest": "0", **more}, follow=True)


def test_a_guide_goes_from_nothing_into_force_by_two_people(world: World, writer: Client, boss: Client) -> None:
    page = text_of(writer.get(GUIDES))
    assert "No guides yet" in page and "Write a guide for Cancel my card" in page
    new = writer.get(f"{GUIDES}-/new/", {"title": "About fees", "reason": "cancel", "start": "conversation"})
    text = text_in(new)
    assert tomllib.loads(text)["for"] == {"reasons": ["cancel"]} and "sound" in text_of(new)
    assert not GuideVersion.objects.exists()
    page = text_of(on_file(writer, text, note="the first"))
    assert "Version 1 is on file" in page and "the first" in page and "Submit for approval" in page
    address = f"{GUIDES}about-fees/1/"
    writer.post(f"{address}submit/", {"do": "submit"})
    assert "Approve" in text_of(boss.get(address))
    assert writer.post(f"{address}decide/", {"do": "approve"}).status_code == 403
    assert "is a draft again" in text_of(
        boss.post(f"{address}decide/", {"do": "send_back", "because": "Greet first"}, follow=True)
    )
    assert "Sent back: Greet first" in text_of(writer.get(address))
    writer.post(f"{address}submit/", {"do": "submit"})
    boss.post(f"{address}decide/", {"do": "approve"})
    assert "is in force" in text_of(
        boss.post(f"{address}decide/", {"do": "publish", "instead_of": ""}, follow=True)
    )
    kept = versions.guide_by_key(world.programme, "about-fees")
    assert versions.version_in_force(kept).number == 1
    page = text_of(writer.get(GUIDES))
    assert "Version 1</a>" in page and "Write a guide for Cancel my card" not in page


def test_nobody_approves_their_own(world: World, boss: Client) -> None:
    on_file(boss)
    boss.post(f"{GUIDES}fees/1/submit/", {"do": "submit"})
    page = text_of(boss.post(f"{GUIDES}fees/1/decide/", {"do": "approve"}), 409)
    assert "Somebody else has to approve it" in page
    assert "Take it back" in page and 'value="approve"' not in page


def test_forms_write_the_text_and_keep_what_people_wrote(world: World, writer: Client) -> None:
    made = change(writer, TEXT, "add-step:greet", **{"new.title": "Hear why", "new.kind": "ask"})
    text = text_in(made)
    assert [one["key"] for one in tomllib.loads(text)["steps"]] == ["greet", "hear-why", "close"]
    assert "It asks nothing" in text_of(made)  # told at once, and nothing is kept
    text = text_in(change(writer, text, "add-field:", **{"new.label": "Why?"}))
    form = {"label": "Why?", "type": "choice", "choices": "price\nmoving", "saves": "contact", "currency": "EUR"}
    sent = {f"field.{name}": value for name, value in form.items()}
    text = text_in(change(writer, text, "", "field:why", **sent))
    step = step_form("hear-why", title="Hear why", kind="ask", asks="why", touch_point="free", required="always")
    made = change(writer, text, "up:hear-why", **step)
    says = tomllib.loads(text_in(made))
    assert says["fields"]["why"] == {"label": "Why?", "type": "choice", "choices": ["price", "moving"]}
    assert says["steps"][0] == {
        "key": "hear-why", "kind": "ask", "title": "Hear why", "asks": ["why"],
        "touch_point": "free", "required": "always",
    }  # fmt: skip
    text = text_in(made)
    assert (
        text.startswith("# Written by hand.")
        and "# only these" in text
        and "# The first thing.\n[[steps]]" in text
    )
    text = text_in(change(writer, text, "place:greet:0"))
    text = text_in(change(writer, text, "remove-step:hear-why"))
    assert [one["key"] for one in tomllib.loads(text)["steps"]] == ["greet", "close"]


def test_conditions_are_built_line_by_line(world: World, writer: Client) -> None:
    lines: dict[str, Any] = {
        "step.b0.joins": ["and", "and", "or", "and"],
        "step.b0.fact": ["customer.segment", "customer.years", "contact.upset", ""],
        "step.b0.op": ["is", "between", "is", "is"],
        "step.b0.value": ["priority, standard", "2, 5", "yes", ""],
        "step.b0.to": "close",
        "step.branches": "1",
    }
    step: dict[str, Any] = {
        "part": "step:greet",
        "shown": "step:greet",
        "step.shown": ["branches", "next"],
        "step.next": "close",
    }
    text = text_in(change(writer, TEXT, **step, **lines))
    greet = tomllib.loads(text)["steps"][0]
    assert greet["branches"] == [
        {
            "when": [
                {"field": "customer.segment", "is": ["priority", "standard"]},
                {
                    "any_of": [
                        {"field": "customer.years", "at_least": 2, "at_most": 5},
                        {"field": "contact.upset", "is": [True]},
                    ]
                },
            ],
            "to": "close",
        }
    ]
    page = text_of(change(writer, text, "open:step:greet"))
    assert 'value="2, 5"' in page and 'value="priority, standard"' in page
    assert "(customer.years is at least 2 and is at most 5 or contact.upset is" in page  # in the picture
    text = text_in(change(writer, text, "less-branch:0", **step, **lines))
    assert "branches" not in tomllib.loads(text)["steps"][0]


def test_what_a_form_cannot_say_is_told_and_changes_nothing(world: World, writer: Client) -> None:
    step = step_form("greet", title="", words="x" * 2001)
    answer = writer.post(
        f"{GUIDES}-/change/",
        {"text": TEXT, "shown": "step:greet", "typing": "1", **step},
        headers={"HX-Request": "true"},
    )
    page = text_of(answer)
    assert answer.headers["HX-Reswap"] == "none" and text_in(answer) == TEXT
    assert "title: at least 1 is wanted" in page or "title" in page
    assert "words" in page and "The text is as it was before" in page
    assert on_file(writer, TEXT, shown="step:greet", **step).status_code == 422


def test_faults_are_told_at_the_step_and_in_the_text(world: World, writer: Client) -> None:
    wrong = TEXT.replace('title = "Greet"', 'title = "Greet"\nnext = "nowhere"')
    page = text_of(change(writer, wrong, "open:step:greet"))
    assert "There is no step 'nowhere'" in page and "tone-bad" in page and "nowhere (there is none)" in page
    page = text_of(change(writer, wrong, "text"))
    line = wrong.split("\n").index('next = "nowhere"') + 1
    assert f'data-line="{line}"' in page
    tried = writer.post(f"{GUIDES}-/try/", {"text": wrong, "try.do": "go:close"})
    assert "Put them right first" in text_of(tried, 422)
    saved = text_of(on_file(writer, wrong), 422)
    assert "nowhere" in saved and not GuideVersion.objects.exists()
    page = text_of(change(writer, "name = ", "form"))
    assert "This is no TOML" in page and "put right first" in page


def test_a_guide_is_gone_through_and_kept_as_a_case(world: World, writer: Client) -> None:
    set_proficiency(member=world.rep, skill="retention", level=3)
    done = ["[]"]

    def go(does: str, **sent: Any) -> Any:
        moves = {"try.moves": done[-1], "try.level": "0", **sent}
        answer = writer.post(f"{GUIDES}-/try/", {"text": LEAVING, "try.do": does, **moves})
        found = re.search(r'name="try.moves" value="([^"]*)"', answer.content.decode())
        assert found, html.unescape(answer.content.decode())[-900:]
        done.append(html.unescape(found[1]))
        return answer

    page = text_of(go("show", **{"fact.customer.first_name": "Ada"}))
    assert "Good day Ada." in page and "Greet" in page
    page = text_of(go("skip:greet", **{"try.because": "in a hurry"}))
    assert "may be left out from level 4 on; yours is 0" in page and done[-1] == "[]"
    assert "left out" in text_of(go("skip:greet", **{"try.because": "in a hurry", "try.level": "4"}))
    go("again")
    go("on:greet")
    assert "Fill in first: Why do they leave?" in text_of(go("on:hear"))
    page = text_of(go("on:hear", **{"answer.why": "price"}))
    assert json.loads(done[-1])[-3:] == [{"answer": "why", "value": "price"}, {"cover": "hear"}, {"go": ""}]
    assert "<strong>Offer</strong>" in page
    kept = change(
        writer,
        LEAVING,
        "keep-test:",
        **{"try.moves": done[-1], "try.name": "By price"},
    )
    case = tomllib.loads(text_in(kept))["tests"][-1]
    assert case["name"] == "By price" and case["at"] == "offer" and case["open"] == ["terms"]
    assert "passes" in text_of(kept)
    broken = text_in(kept).replace('at = "offer"', 'at = "close"')
    assert "it stands at 'offer', not at 'close'" in text_of(change(writer, broken, "open:tests"))
    page = text_of(go("show", **{"try.as": "customer"}))
    assert "The way, as things are known" not in page


def test_a_colleagues_version_in_between_is_told(world: World, writer: Client, boss: Client) -> None:
    on_file(writer)
    on_file(boss, TEXT.replace("Good day", "Hello"), guide="fees", newest="1")
    answer = on_file(writer, TEXT.replace("Good day", "Good morning"), guide="fees", newest="1")
    page = text_of(answer, 409)
    assert "Version 2 was saved meanwhile" in page and "Good morning" in text_in(answer)
    assert 'name="newest" value="2"' in page
    assert "was saved meanwhile" in text_of(
        on_file(writer, TEXT.replace("Good", "Bad")), 409
    )  # a new one of that name
    for number in (1, 2):
        approved(world, number)
    boss.post(f"{GUIDES}fees/1/decide/", {"do": "publish", "instead_of": ""})
    page = text_of(boss.post(f"{GUIDES}fees/2/decide/", {"do": "publish", "instead_of": ""}), 409)
    assert "Version 1 was published meanwhile" in page


def approved(world: World, number: int) -> None:
    publishing.submit(programme=world.programme, key="fees", number=number)
    publishing.approve(programme=world.programme, key="fees", number=number, by=world.supervisor)


def test_versions_are_compared_planned_called_off_and_rolled_back(
    world: World, writer: Client, boss: Client
) -> None:
    on_file(writer)
    other = TEXT.replace("Good day", "Hello").replace(
        "[[steps]]", '[[steps]]\nkey = "new"\ntitle = "New"\n[[steps]]', 1
    )
    on_file(writer, other, guide="fees", newest="1")
    page = text_of(writer.get(f"{GUIDES}fees/2/", {"against": "1"}))
    assert "What it changes in version 1" in page
    assert "<del>Good day {customer.first_name|there}.</del><ins>Hello {customer.first_name|there}.</ins>" in page
    for number in (1, 2):
        approved(world, number)
    boss.post(f"{GUIDES}fees/1/decide/", {"do": "publish", "instead_of": ""})
    soon = (clock.now() + timedelta(days=2)).astimezone(world.programme.zone)
    told = {"do": "publish", "instead_of": "1", "starts_at": f"{soon:%Y-%m-%dT%H:%M}"}
    assert "will be in force from" in text_of(boss.post(f"{GUIDES}fees/2/decide/", told, follow=True))
    assert "not planned any more" in text_of(boss.post(f"{GUIDES}fees/2/decide/", {"do": "call_off"}, follow=True))
    boss.post(f"{GUIDES}fees/2/decide/", {"do": "publish", "instead_of": "1"})
    page = text_of(boss.post(f"{GUIDES}fees/1/decide/", {"do": "again", "instead_of": "2"}, follow=True))
    assert "as version 3" in page
    assert text_of(writer.get(f"{GUIDES}fees/3/file/")) == TEXT
    assert "no new contact any more" in text_of(boss.post(f"{GUIDES}fees/retire/", {"do": "retire"}, follow=True))
    assert "retired" in text_of(boss.get(GUIDES))


def test_drafts_go_and_what_was_published_stays(world: World, writer: Client, boss: Client) -> None:
    on_file(writer)
    on_file(writer, TEXT.replace("Good day", "Hello"), guide="fees", newest="1")
    assert "Version 2 is deleted" in text_of(writer.post(f"{GUIDES}fees/2/submit/", {"do": "delete"}, follow=True))
    approved(world, 1)
    boss.post(f"{GUIDES}fees/1/decide/", {"do": "publish", "instead_of": ""})
    assert "so it stays on file" in text_of(writer.post(f"{GUIDES}fees/1/submit/", {"do": "delete"}), 409)
    assert "Choose what to do" in text_of(boss.post(f"{GUIDES}fees/1/decide/", {"do": "burn"}), 422)


def test_doors(world: World, writer: Client, boss: Client) -> None:
    on_file(boss)
    rep, outsider = signed_in(world.rep), signed_in(world.outsider)
    for path in ("", "-/new/", "fees/", "fees/1/", "fees/1/file/"):
        assert rep.get(f"{GUIDES}{path}").status_code == 403, path
        assert outsider.get(f"{GUIDES}{path}").status_code == 404, path
    for path in ("-/change/", "-/try/", "-/save/", "fees/1/submit/", "fees/1/decide/", "fees/retire/"):
        assert rep.post(f"{GUIDES}{path}", {"text": TEXT}).status_code == 403, path
        assert outsider.post(f"{GUIDES}{path}", {"text": TEXT}).status_code == 404, path
    assert writer.post(f"{GUIDES}fees/retire/").status_code == 403
    for path in ("no-such/", "fees/9/", "fees/?version=9", "fees/99999999999/"):
        assert boss.get(f"{GUIDES}{path}").status_code == 404, path


def test_hostile_text_is_shown_as_text_or_refused(world: World, writer: Client) -> None:
    nasty = TEXT.replace("Good day", "</textarea><script>alert(1)</script>").replace(
        '"Greet"', '"<b>x</b>\\u202e"'
    )
    for answer in (
        change(writer, nasty, "open:step:greet"),
        change(writer, nasty, "text"),
        on_file(writer, nasty, note="<i>n"),
        writer.post(f"{GUIDES}-/try/", {"text": nasty, "fact.customer.first_name": "<u>"}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200 and "<script>alert" not in page and "<b>x" not in page
        assert "<i>n" not in page and "<u>" not in page
    many = 'name = "x"\n' + '[[steps]]\nkey = "a"\ntitle = "A"\n' * 10_000
    assert "at most 200,000 characters" in text_of(change(writer, many))
    many = json.dumps({"name": "x", "steps": [{"key": "a", "title": "A"}] * 5000})
    assert "at most 200 are taken" in text_of(change(writer, many))
    for text in (
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "{" * 5000,
        "[" * 5000,
    ):
        assert change(writer, text, "form").status_code in (200, 422)
    assert on_file(writer, TEXT.replace("Greet", "\x00")).status_code == 422
    for moves in ("{", "[" * 9000, '[{"go": 1}]', json.dumps([{"back": True}] * 201)):
        answer = writer.post(f"{GUIDES}-/try/", {"text": TEXT, "try.moves": moves, "try.level": "9"})
        assert answer.status_code in (200, 422), answer.content


def test_a_file_is_opened_and_looked_at_before_it_is_kept(world: World, writer: Client) -> None:
    answer = writer.post(f"{GUIDES}-/change/", {"file": SimpleUploadedFile("fees.toml", TEXT.encode())})
    assert text_in(answer) == TEXT and not GuideVersion.objects.exists()
    assert writer.post(f"{GUIDES}-/change/", {"file": SimpleUploadedFile("x", b"\xff\xfe")}).status_code == 422


def test_the_list_tells_of_contacts_in_hand_and_of_coverage(world: World, writer: Client, boss: Client) -> None:
    assert Progress.objects.count() == 0
    on_file(writer)
    approved(world, 1)
    boss.post(f"{GUIDES}fees/1/decide/", {"do": "publish", "instead_of": ""})
    assert "Fees" in text_of(writer.get(GUIDES))
