"""News that must be read: published, signed for, who has not, what overdue ones keep from. Praise to listen to."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.names import for_partner
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden
from rapport.ledger.models import BookCount
from rapport.recognition import actions, news
from rapport.recognition.awards.models import Award, Category, Winner
from rapport.recognition.letter import as_text, saves_in_words
from rapport.recognition.models import Hearing, News, NewsSigned, RallyNote
from rapport.recognition.queries import due_for, news_for
from rapport.recognition.tests.test_rally import a_day
from rapport.routing import presence

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
DAY = NOON.date()
NEWS = "/at/cards/rally/news/"


@pytest.fixture(autouse=True)
def long_there(world: World) -> None:
    """Everybody was there before the news."""
    Member.objects.filter(programme=world.programme).update(since=NOON - timedelta(days=99))
    world.rep.refresh_from_db()


def published(world: World, *, within: int | None = 2, title: str = "The fee is gone") -> News:
    with clock.at(NOON):
        read_by = DAY + timedelta(days=within) if within is not None else None
        return news.publish(
            member=world.supervisor, kind="partner", title=title, text="From today.", read_by=read_by
        )


def become_available(world: World) -> str:
    presence.choose(member=world.rep, doing="break")
    return presence.choose(member=world.rep, doing="available").doing


def test_who_joined_on_the_day_of_the_news_has_no_week_more_and_the_day_is_the_programmes(world: World) -> None:
    told = published(world)
    News.objects.filter(pk=told.pk).update(published_at=datetime(2026, 11, 18, 23, 30, tzinfo=UTC))
    told.refresh_from_db()
    for joined, due in (
        (datetime(2026, 11, 18, 23, 10, tzinfo=UTC), told.read_by),
        (datetime(2026, 11, 19, 22, 59, tzinfo=UTC), told.read_by),
        (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), DAY + timedelta(days=9)),
    ):
        world.rep.since = joined
        assert due_for(told, world.rep) == due, joined


def test_who_leads_and_came_later_is_shown_the_day_that_the_news_has(world: World) -> None:
    told = published(world)
    for role, due in ((Role.MANAGER, told.read_by), (Role.REP, DAY + timedelta(days=8))):
        late = accounts.ensure_member(
            programme=world.programme, agent_id=role, name="Late", role=role, username=f"late-{role}"
        )
        late.since = NOON + timedelta(days=1)
        assert [one.due for one in news_for(late)] == [due], role


def test_overdue_news_are_signed_before_the_first_contact(world: World) -> None:
    told = published(world)
    with clock.at(NOON + timedelta(days=2)):
        assert become_available(world) == "available"
    with clock.at(NOON + timedelta(days=3)):
        with pytest.raises(Conflict, match="Please read and sign first: The fee is gone"):
            become_available(world)
        for _ in range(2):
            news.sign(member=world.rep, news=told.public_id)
        assert become_available(world) == "available"
    assert NewsSigned.objects.count() == 1 and Event.objects.filter(name="news.signed").count() == 1


def test_news_without_a_day_or_withdrawn_keep_nobody(world: World) -> None:
    published(world, within=None)
    told = published(world)
    with clock.at(NOON + timedelta(days=30)):
        news.withdraw(member=world.supervisor, news=told.public_id)
        assert become_available(world) == "available"


def test_who_joins_later_has_a_week(world: World, client: Client) -> None:
    published(world)
    Member.objects.filter(pk=world.rep.pk).update(since=NOON + timedelta(days=20))
    world.rep.refresh_from_db()
    with clock.at(NOON + timedelta(days=27)):
        assert become_available(world) == "available"
    with clock.at(NOON + timedelta(days=28)), pytest.raises(Conflict):
        become_available(world)


def test_the_page_says_who_has_not(world: World, client: Client) -> None:
    client.force_login(world.supervisor.user)
    with clock.at(NOON):
        sent = {
            "kind": "product",
            "title": "New <i>limit</i>",
            "text": "It is higher.",
            "read_by": DAY.isoformat(),
        }
        assert client.post(f"{NEWS}publish/", sent).status_code == 302
        told = News.objects.get()
        news.sign(member=world.rep, news=told.public_id)
        page = client.get(NEWS).content.decode()
        assert (
            "New &lt;i&gt;limit" in page and "1 of 3 have signed" in page and "Not yet: Rep2, Supervisor." in page
        )
        client.force_login(world.second_rep.user)
        page = client.get("/at/cards/rally/").content.decode()
        assert "It is higher." in page and "I have read it" in page
        back = client.post(f"{NEWS}{told.public_id}/sign/", {"from": "letter"})
        assert back.headers["Location"].startswith("/at/cards/rally/")
        assert "It is higher." not in client.get("/at/cards/rally/").content.decode()
        assert "have signed" not in client.get(NEWS).content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "gossip"},
        {"title": ""},
        {"title": "x" * 121},
        {"text": " \n "},
        {"text": "x" * 2001},
        {"read_by": "soon"},
        {"read_by": "2026-11-17"},
        {"read_by": "2028-01-01"},
    ],
)
def test_news_that_cannot_be_published(world: World, client: Client, bad: dict[str, str]) -> None:
    client.force_login(world.supervisor.user)
    sent = {"kind": "ours", "title": "Coffee", "text": "Is free.", "read_by": "", **bad}
    with clock.at(NOON):
        assert client.post(f"{NEWS}publish/", sent).status_code == 422
    assert not News.objects.exists()


def test_who_may_not_touch_news(world: World, client: Client) -> None:
    told = published(world)
    posts = (f"{NEWS}publish/", f"{NEWS}{told.public_id}/withdraw/")
    for user, answer in ((world.rep.user, 403), (world.outsider.user, 404)):
        client.force_login(user)
        assert [client.post(one).status_code for one in posts] == [answer] * 2
    assert client.get(NEWS).status_code == 404
    assert client.post(f"{NEWS}{told.public_id}/sign/").status_code == 404
    client.force_login(world.rep.user)
    assert client.post(f"{NEWS}{uuid4()}/sign/").status_code == 404
    news.withdraw(member=world.supervisor, news=told.public_id)
    assert client.post(f"{NEWS}{told.public_id}/sign/").status_code == 404
    boss = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    with pytest.raises(Forbidden):
        news.sign(member=boss, news=told.public_id)
    assert not NewsSigned.objects.exists()


def praising(world: World) -> RallyNote:
    a_day(world)
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
        return actions.publish(member=world.supervisor, day=DAY)


def test_a_contact_is_named_with_the_reps_yes_to_who_may_read_it(world: World, client: Client) -> None:
    praising(world)
    letter, hearing = f"/at/cards/rally/{DAY}/", f"/at/cards/rally/{DAY}/hearing/"

    def shows(member: object) -> bool:
        client.force_login(member.user)
        return "Look at the contact" in client.get(letter).content.decode()

    with clock.at(NOON):
        assert not shows(world.supervisor)
        client.force_login(world.second_rep.user)
        assert "May colleagues look at your contact?" in client.get(letter).content.decode()
        assert client.post(hearing, {"agreed": "perhaps"}).status_code == 422
        assert client.post(hearing, {"agreed": "yes"}).status_code == 302
        assert shows(world.supervisor) and shows(world.second_rep) and not shows(world.rep)
        client.force_login(world.rep.user)
        assert client.post(hearing, {"agreed": "yes"}).status_code == 404
        client.force_login(world.second_rep.user)
        assert client.post(hearing, {"agreed": "no"}).status_code == 302
        assert not shows(world.supervisor)
    assert Hearing.objects.get().member == world.second_rep


def test_a_call_without_a_recording_is_not_named(world: World, client: Client) -> None:
    note = praising(world)
    with clock.at(NOON):
        actions.say_hearing(member=world.second_rep, day=DAY, agreed=True)
        Contact.objects.filter(public_id=note.people[0]["contact"]).update(channel="voice")
        client.force_login(world.supervisor.user)
        assert "Look at the contact" not in client.get(f"/at/cards/rally/{DAY}/").content.decode()


def test_the_letter_as_an_email_names_to_the_partner_only_whom_the_agreement_lets(
    world: World, client: Client
) -> None:
    a_day(world)
    client.force_login(world.supervisor.user)
    address = f"/at/cards/rally/{DAY}/mail/"
    with clock.at(NOON):
        actions.draft(programme=world.programme, day=DAY, actor="test")
        assert client.get(address).status_code == 409
        actions.publish(member=world.supervisor, day=DAY)
        ours, partners = client.get(address), client.get(f"{address}?for=partner")
    assert ours["Content-Type"] == "message/rfc822" and "rally-2026-11-18.eml" in ours["Content-Disposition"]
    assert b"Rep2: 100" in ours.content.replace(b"=\r\n", b"") and b"Subject: Rally Notes of" in ours.content
    assert b"Rep2" not in partners.content and b"rep 02" in partners.content
    client.force_login(world.rep.user)
    assert client.get(address).status_code == 403


def test_the_partner_reads_the_notes_where_the_agreement_says_so(world: World, client: Client) -> None:
    praising(world)
    viewer = accounts.ensure_member(
        programme=world.programme, agent_id="pv", name="Viewer", role=Role.PARTNER_VIEWER, username="pv"
    )
    client.force_login(viewer.user)
    assert client.get(f"/at/cards/rally/{DAY}/").status_code == 403
    accounts.adjust_role(
        programme=world.programme,
        role=Role.PARTNER_VIEWER,
        right=Right.READ_RALLY_NOTES,
        granted=True,
        actor="test",
    )
    with clock.at(NOON):
        page = client.get(f"/at/cards/rally/{DAY}/").content.decode()
    assert "Rep2" not in page and "Who was great" in page


def test_saves_count_for_the_day_on_which_they_were_verified(world: World) -> None:
    for account, count, at in (
        ("matured", 3, NOON),
        ("reversed", 1, NOON),
        ("matured", 9, NOON - timedelta(days=1)),
        ("provisional", 7, NOON),
        ("provisional", 5, NOON - timedelta(days=1)),
    ):
        BookCount.objects.create(
            programme=world.programme, at=at.replace(minute=0), is_day=False, account=account,
            is_first=account == "provisional", currency="", count=count, cost=0,
        )  # fmt: skip
    with clock.at(NOON):
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
    assert note.saves == {"claimed": 0, "days": 60, "matured": 3, "reversed": 1}
    assert saves_in_words(note.saves).endswith("Of earlier ones 3 were verified on this day, and 1 lost.")
    assert "Of earlier ones none were verified on this day, and 2 lost." in saves_in_words(
        {"claimed": 2, "days": 60, "matured": 0, "reversed": 2}
    )
    assert "settled no earlier ones" in saves_in_words({"claimed": 2, "days": 60, "matured": 0, "reversed": 0})


def test_awards_announced_on_the_day_are_told_but_for_those_taken_back(world: World, client: Client) -> None:
    category = Category.objects.create(
        programme=world.programme, key="delight", name="Customer delight", measure="satisfaction", months=[10],
        since=DAY - timedelta(days=60),
    )  # fmt: skip
    made = Award.objects.create(
        programme=world.programme, category=category, month=DAY.replace(month=10, day=1), state="announced",
        counted_at=NOON, asks_partner=False, approved_by=world.supervisor, approved_at=NOON, announced_at=NOON,
    )  # fmt: skip
    told = {"programme": world.programme, "award": made}
    Winner.objects.create(**told, rep=world.rep)
    Winner.objects.create(**told, rep=world.second_rep, taken_back_at=NOON, taken_back_by=world.supervisor)
    with clock.at(NOON + timedelta(days=1)):
        for away in (-1, 1):
            other = actions.draft(programme=world.programme, day=DAY + timedelta(days=away), actor="test")
            assert other.awards == []
        note = actions.draft(programme=world.programme, day=DAY, actor="test")
        assert note.awards == [{"name": "Customer delight", "agent_id": "rep", "rep": "Rep"}]
        client.force_login(world.supervisor.user)
        page = client.get(f"/at/cards/rally/{DAY}/").content.decode()
    assert "<strong>Rep</strong>: Customer delight" in page and "Customer delight: Rep" in as_text(note)
    partners = as_text(note, for_partner(world.programme))
    assert "Customer delight: rep " in partners and "Rep\n" not in f"{partners}\n"
