"""The pages of the library: who may, what they show, and what they change."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.audit.models import Look
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.guides.library import queries
from rapport.guides.library.access import access_entry
from rapport.guides.library.models import LibraryEntry

ARTICLE = {
    "kind": "article",
    "key": "abroad",
    "heading": "How is a card closed from abroad?",
    "text": "By chat.\r\nNo letter is needed.",
    "reasons": ["cancel"],
    "language": "en",
}


def at(name: str, *arguments: object) -> str:
    return reverse(name, args=["cards", *arguments])


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def member_as(world: World, role: Role) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id=role, name=role.title(), role=role, username=role, password=None
    )


@pytest.fixture
def writer(world: World) -> Client:
    return signed_in(member_as(world, Role.TRAINER))


@pytest.fixture
def lead(world: World) -> Client:
    return signed_in(world.supervisor)


def page(client: Client, name: str, *arguments: object, **asked: Any) -> str:
    return client.get(at(name, *arguments), asked).content.decode()


def decide(client: Client, does: str, number: int = 1, **sent: str) -> Any:
    return client.post(at("library-decide", "abroad", number), {"do": does, **sent}, follow=True)


def test_an_article_is_written_handed_in_approved_published_and_withdrawn(
    writer: Client, lead: Client, world: World
) -> None:
    told = writer.post(at("library-make"), ARTICLE, follow=True).content.decode()
    assert "The draft is on file" in told and "being written" in told
    assert writer.post(at("library-decide", "abroad", 1), {"do": "approve"}).status_code == 403
    assert "not handed in" in decide(lead, "approve").content.decode()
    writer.post(at("library-hand-in", "abroad", 1))
    assert "1 to be approved" in page(lead, "library")
    decide(lead, "send_back", note="Say to which address")
    assert "Say to which address" in page(writer, "library-entry", "abroad")
    writer.post(at("library-hand-in", "abroad", 1))
    decide(lead, "approve")
    assert "Version 1 is live." in decide(lead, "publish").content.decode()
    live = queries.live_by_key(world.programme, "abroad").entry
    assert live.text == "By chat.\nNo letter is needed."
    assert "By chat." in page(writer, "library-entry", "abroad")
    assert "It is withdrawn" in decide(lead, "withdraw").content.decode()
    assert queries.search(world.programme, "abroad") == []
    assert decide(lead, "nah").status_code == 422


def test_nobody_approves_what_they_wrote(lead: Client, world: World) -> None:
    lead.post(at("library-make"), ARTICLE)
    lead.post(at("library-hand-in", "abroad", 1))
    shown = page(lead, "library-entry", "abroad")
    assert "Somebody else has to approve it" in shown and 'value="approve"' not in shown
    assert decide(lead, "approve").status_code == 409


def test_a_change_is_shown_beside_what_is_live(writer: Client, lead: Client, world: World) -> None:
    writer.post(at("library-make"), ARTICLE)
    writer.post(at("library-hand-in", "abroad", 1))
    decide(lead, "approve")
    decide(lead, "publish")
    changed = {**ARTICLE, "text": "By telephone.\r\nNo letter is needed.", "instead_of": "1"}
    assert writer.post(at("library-save", "abroad"), changed, follow=True).status_code == 200
    shown = page(lead, "library-entry", "abroad")
    assert "<del>− words: By chat.</del>" in shown and "<ins>+ words: By telephone.</ins>" in shown
    meanwhile = writer.post(at("library-save", "abroad"), changed)
    assert meanwhile.status_code == 409
    assert "written meanwhile" in meanwhile.content.decode() and "By telephone." in meanwhile.content.decode()
    assert "<del>" not in page(lead, "library-entry", "abroad", version="1")


def test_what_is_wrong_is_said_while_writing_and_nothing_is_kept(writer: Client, world: World) -> None:
    wrong = {**ARTICLE, "text": "x" * 1201, "reasons": ["nah"]}
    assert "at most 1200" in writer.post(at("library-check"), wrong).content.decode()
    assert "There is no reason" in writer.post(at("library-check"), {**wrong, "text": "So"}).content.decode()
    assert "By chat." in writer.post(at("library-check"), ARTICLE).content.decode()
    for broken in (wrong, {**ARTICLE, "key": "No Key"}, {**ARTICLE, "kind": "nah"}, {**ARTICLE, "heading": ""}):
        assert writer.post(at("library-make"), broken).status_code == 422
    script = writer.post(at("library-check"), {**ARTICLE, "heading": "<script>alert(1)</script>"})
    assert "<script>alert" not in script.content.decode()
    assert not LibraryEntry.objects.exists()


def test_a_file_goes_out_and_comes_in_again(writer: Client, lead: Client, world: World) -> None:
    writer.post(at("library-make"), ARTICLE)
    for kind in ("toml", "csv"):
        text = writer.get(at("library-file"), {"all": "yes", "as": kind}).content
        told = writer.post(at("library-take"), {"file": SimpleUploadedFile(f"l.{kind}", text)}, follow=True)
        assert "0 new, 0 changed, 1 as they were" in told.content.decode()
    assert writer.get(at("library-file")).content.strip() == b""
    bad = writer.post(at("library-take"), {"file": SimpleUploadedFile("l.toml", b"[articles.a]\nnah = 1\n")})
    assert bad.status_code == 422 and "Line 2: There is nothing called" in bad.content.decode()
    assert Look.objects.filter(what="export").count() == 3
    assert LibraryEntry.objects.count() == 1


def test_an_example_is_chosen_from_a_contact_that_one_may_read(writer: Client, lead: Client, world: World) -> None:
    objection = {"kind": "objection", "key": "fee", "heading": "The fee is too high", "text": "Too dear"}
    lead.post(at("library-make"), {**objection, "language": "en"})
    contact = chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="I, Ada, pay too much",
        reason=None,
        client_id=uuid4(),
    )
    [message] = messages_of(contact)
    asked = {"contact": f"http://x/at/cards/contacts/{contact.public_id}/"}
    assert "I, ••••, pay too much" in lead.get(at("library-examples", "fee"), asked).content.decode()
    assert Look.objects.filter(what="contact", why="an example for the library").count() == 1
    sent = {"contact": contact.public_id, "message": message.client_id}
    assert writer.get(at("library-examples", "fee"), asked).status_code == 404  # a trainer reads no contacts
    assert writer.post(at("library-example-add", "fee"), sent).status_code == 404
    lead.post(at("library-example-add", "fee"), sent)
    [example] = queries.examples_of(access_entry(world.programme, "fee"))
    assert example.words == "I, ••••, pay too much"
    assert "I, ••••, pay too much" in page(lead, "library-entry", "fee")
    lead.post(at("library-example-drop", "fee", example.pk))
    assert queries.examples_of(access_entry(world.programme, "fee")) == []
    assert lead.get(at("library-examples", "fee"), {"contact": "nah"}).status_code == 422


def test_the_list_shows_what_is_wanted(writer: Client, lead: Client, world: World) -> None:
    assert "The library is empty" in page(lead, "library")
    writer.post(at("library-make"), ARTICLE)
    assert ARTICLE["heading"] in page(lead, "library", state="draft", kind="article", words="CLOSED")
    for other in ({"state": "live"}, {"kind": "rebuttal"}, {"mine": "yes"}, {"overdue": "yes"}, {"words": "zz"}):
        assert "Nothing fits" in page(lead, "library", **other)
    writer.post(at("library-keep", "abroad"), {"owner": "supervisor", "review_on": "2100-01-01"})
    lead.post(
        at("library-keep", "abroad"), {"owner": "supervisor", "review_on": queries.today_of(world.programme)}
    )
    assert ARTICLE["heading"] in page(lead, "library", mine="yes")


def test_who_may_neither_write_nor_approve_sees_nothing(world: World) -> None:
    rep, outsider = signed_in(world.rep), signed_in(world.outsider)
    for name in ("library", "library-new", "library-file"):
        assert (rep.get(at(name)).status_code, outsider.get(at(name)).status_code) == (403, 404)
    for name in ("library-make", "library-check", "library-take"):
        assert (rep.post(at(name)).status_code, outsider.post(at(name)).status_code) == (403, 404)
