"""The pages of routing, by the people who use them."""

import html
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.insight.tests.test_arms import chosen, fill
from rapport.kit import clock
from rapport.routing import presence, publishing, versions
from rapport.routing.actions import set_proficiency
from rapport.routing.models import Offer, PlanVersion, Proficiency
from rapport.routing.outcomes import Counted, Expected, keep_scores
from rapport.studio.plan_words import MOST_LINES, differences

ROUTING = "/at/cards/routing/"
PLAN = """
[skills]
german = "German"

[calendars.office]
hours = ["mon-fri 08:00-18:00"]

[queues.main]
name = "Main line"
calendar = "office"
[[queues.main.routes]]
reasons = ["cancel"]
steps = [{ skills = { german = 3 }, seconds = 30 }, { anyone = true }]
[[queues.main.routes]]
steps = [{ anyone = true }]

[priority]
segments = { priority = 2 }
"""


@pytest.fixture
def manager(world: World) -> Client:
    made = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    return signed_in(made)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return html.unescape(response.content.decode())


def publish(client: Client, number: int, *, do: str = "publish", instead_of: str = "", **more: str) -> Any:
    return client.post(f"{ROUTING}{number}/publish/", {"do": do, "instead_of": instead_of, **more}, follow=True)


def test_a_plan_goes_from_the_editor_into_force_and_back(world: World, manager: Client) -> None:
    assert "The plain plan is in force" in text_of(manager.get(ROUTING))
    saved = manager.post(
        f"{ROUTING}save/", {"text": PLAN.replace("\n", "\r\n"), "note": "German first"}, follow=True
    )
    page = text_of(saved)
    assert "Version 1 is on file" in page and "+ german" in page and "German first" in page
    assert versions.plan_in_force(world.programme).number is None
    assert "Version 1 is in force." in text_of(publish(manager, 1))
    assert versions.version_in_force(world.programme).text == PLAN
    manager.post(f"{ROUTING}save/", {"text": PLAN.replace("german = 3", "german = 4")})
    assert "Version 2 is in force." in text_of(publish(manager, 2, instead_of="1"))
    assert "as version 3" in text_of(publish(manager, 1, do="again", instead_of="2", note="too strict"))
    listed = text_of(manager.get(ROUTING))
    assert "too strict" in listed and "by Boss" in listed
    boss = Member.objects.get(agent_id="boss")
    assert [one.actor for one in Event.objects.filter(name="plan.published")] == [f"member:{boss.pk}"] * 3


def test_publishing_again_or_over_a_colleagues_version_is_safe(world: World, manager: Client) -> None:
    for name in ("One", "Two"):
        manager.post(f"{ROUTING}save/", {"text": PLAN.replace("Main line", name)})
    publish(manager, 1)
    publish(manager, 1)
    assert "Version 1 was published meanwhile" in text_of(publish(manager, 2), 409)
    assert "Choose what to do" in text_of(publish(manager, 2, do="burn"), 422)
    assert Event.objects.filter(name="plan.published").count() == 1


def test_a_plan_is_planned_and_called_off(world: World, manager: Client) -> None:
    manager.post(f"{ROUTING}save/", {"text": PLAN})
    soon = (clock.now() + timedelta(days=2)).astimezone(world.programme.zone)
    page = text_of(publish(manager, 1, starts_at=f"{soon:%Y-%m-%dT%H:%M}"))
    assert "will be in force from" in page and f'value="{soon:%Y-%m-%dT%H:%M}"' in page
    assert "is a draft again" in text_of(publish(manager, 1, do="call_off"))
    assert "no moment" in text_of(publish(manager, 1, starts_at="soon"), 422)
    assert "in the future" in text_of(publish(manager, 1, starts_at="2001-01-01T00:00"), 422)


def test_faults_are_told_by_line_while_typing_and_on_saving(world: World, manager: Client) -> None:
    wrong = PLAN.replace("german = 3", "danish = 3")
    line = wrong.split("\n").index("steps = [{ skills = { danish = 3 }, seconds = 30 }, { anyone = true }]") + 1
    for page in (
        text_of(manager.post(f"{ROUTING}check/", {"text": wrong})),
        text_of(manager.post(f"{ROUTING}save/", {"text": wrong}), 422),
    ):
        assert f'data-line="{line}"' in page and "There is no skill 'danish'" in page
    assert "danish = 3" in page  # what was typed stays
    assert not PlanVersion.objects.exists()


def test_what_is_hostile_is_shown_as_text(world: World, manager: Client) -> None:
    nasty = PLAN.replace("Main line", "<script>alert(1)</script>").replace("German", "</textarea><b>")
    saved = manager.post(f"{ROUTING}save/", {"text": nasty, "note": "<i>note</i>"}, follow=True)
    for answer in (saved, manager.get(f"{ROUTING}?version=1"), manager.post(f"{ROUTING}check/", {"text": nasty})):
        page = answer.content.decode()
        assert "<script>alert" not in page and "</textarea><b>" not in page and "<i>note" not in page
    assert "at most 200,000" in text_of(manager.post(f"{ROUTING}check/", {"text": "#" * 200_001}))
    assert "nested too deep" in text_of(manager.post(f"{ROUTING}check/", {"text": "{" + '"a":{' * 30_000}))
    assert manager.post(f"{ROUTING}save/", {"text": PLAN, "note": "n" * 201}).status_code == 422
    for number in ("0", "99999999", "99999999999999999999"):
        assert manager.get(f"{ROUTING}{number}/").status_code == 404


def test_a_file_is_opened_and_handed_out(world: World, manager: Client) -> None:
    sent = SimpleUploadedFile("plan.toml", b"\xef\xbb\xbf" + PLAN.replace("\n", "\r\n").encode())
    page = text_of(manager.post(f"{ROUTING}save/", {"file": sent}))
    assert "Main line" in page and not PlanVersion.objects.exists()
    broken = SimpleUploadedFile("plan.toml", b"\xff\xfe\x00")
    assert "no text in UTF-8" in text_of(manager.post(f"{ROUTING}save/", {"file": broken}), 422)
    manager.post(f"{ROUTING}save/", {"text": PLAN})
    found = manager.get(f"{ROUTING}1/file/")
    assert found.content.decode() == PLAN and "routing-cards-1.toml" in found.headers["Content-Disposition"]


def test_a_plan_is_told_in_words(world: World, manager: Client) -> None:
    with clock.at(clock.now().replace(year=2026, month=11, day=21, hour=12)):  # a Saturday
        page = text_of(manager.post(f"{ROUTING}check/", {"text": PLAN}))
    assert "Closed, opens Monday, 23 November, 08:00" in page
    assert "After 30 s" in page and "German 3 or higher" in page and "All others" in page
    assert "Priority: 2 min longer" in page and "10 min at most" in page
    assert "Chat: 1 at once" in page and "The one who has been idle longest" in page


def test_a_contact_is_tried(world: World, manager: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    set_proficiency(member=world.second_rep, skill="german", level=3)
    sent = {"text": PLAN, "reason": "cancel", "segment": "priority", "channel": "chat", "waited": "1"}
    page = text_of(manager.post(f"{ROUTING}try/", sent))
    assert "Main line" in page and "counted as 3:00" in page and "2 reps are free" in page
    first, second = page.split("<li>")[1:]
    assert "Rep2" in first and "Rep," not in first and "Rep" in second
    for name, value in (("reason", "x"), ("segment", "x"), ("channel", "x"), ("waited", "nan"), ("waited", "1e9")):
        assert manager.post(f"{ROUTING}try/", {**sent, name: value}).status_code == 422
    assert manager.post(f"{ROUTING}try/", {**sent, "text": "["}).status_code == 422


def test_who_watches_the_floor_reads_and_changes_nothing(world: World, manager: Client) -> None:
    manager.post(f"{ROUTING}save/", {"text": PLAN})
    supervisor = signed_in(world.supervisor)
    page = text_of(supervisor.get(ROUTING))
    assert "To look at only" in page and "Put on file" not in page
    assert "Publish" not in text_of(supervisor.get(f"{ROUTING}1/"))
    assert text_of(supervisor.post(f"{ROUTING}check/", {"text": PLAN}))
    for path, told in ((f"{ROUTING}save/", {"text": PLAN}), (f"{ROUTING}1/publish/", {"do": "publish"})):
        assert supervisor.post(path, told).status_code == 403
    for who, status in ((world.rep, 403), (world.outsider, 404)):
        assert signed_in(who).get(ROUTING).status_code == status
        assert signed_in(who).get(f"{ROUTING}1/file/").status_code == status
    assert versions.version_by_number(world.programme, 1).state == "draft"


def test_what_a_person_knows_is_put_on_their_page(world: World, manager: Client) -> None:
    manager.post(f"{ROUTING}save/", {"text": PLAN})
    publish(manager, 1)
    page = f"/at/cards/people/{world.rep.user.public_id}/"
    told = {"skill": "german", "level": "4", "valid_from": "2001-01-01", "valid_until": "2998-12-31"}
    said = text_of(manager.post(f"{page}skill/", told, follow=True))
    assert "German</strong> level 4 from 1 Jan 2001 until 31 Dec 2998" in said
    for wrong in ({"level": "6"}, {"valid_from": "x"}, {"valid_from": "2999-01-01"}, {"skill": "<b>"}):
        assert manager.post(f"{page}skill/", {**told, **wrong}).status_code == 422
    assert signed_in(world.supervisor).post(f"{page}skill/", told).status_code == 403
    manager.post(f"{page}skill/", {**told, "level": "0"})
    assert not Proficiency.objects.exists()


def test_differences_of_very_long_texts_are_not_looked_for() -> None:
    assert differences("a\n" * (MOST_LINES + 1), "b") is None
    assert [(one.mark, one.text) for one in differences("a\nb", "a\nc") or []] == [
        (" ", "a"),
        ("-", "b"),
        ("+", "c"),
    ]


def test_a_draft_of_somebody_else_can_be_published_by_a_colleague(world: World, manager: Client) -> None:
    made = publishing.save_draft(programme=world.programme, text=PLAN, actor="command")
    assert "is in force" in text_of(publish(manager, made.number))


def test_expected_outcomes_are_told_to_who_manages_routing_and_to_nobody_else(
    world: World, manager: Client
) -> None:
    page = text_of(manager.get(f"{ROUTING}expected/"))
    assert "Nothing is expected yet" in page and "does not choose by it" in page
    kind = ("cancel", "priority")
    keep_scores(
        programme=world.programme,
        counted=Counted("first_contact_resolution", date(2026, 5, 1), date(2026, 11, 1), 80, 120, 2 / 3),
        expected=[
            Expected(None, kind, 80, 120, 0.66, 0.57, 0.74),
            Expected(world.rep.pk, kind, 70, 100, 0.7, 0.6, 0.78),
            Expected(world.second_rep.pk, kind, 10, 20, 0.6, 0.5, 0.7),
        ],
        actor="test",
    )
    page = text_of(manager.get(f"{ROUTING}expected/"))
    assert "Cancel my card, Priority" in page and "66.0\u202f%" in page and "70.0\u202f%" not in page
    page = text_of(manager.get(f"{ROUTING}expected/?person=rep"))
    assert "70.0\u202f%" in page and "60\u202f% to 78\u202f%" in page and "60.0\u202f%" not in page
    assert 'class="expected-few"' not in page
    page = text_of(manager.get(f"{ROUTING}expected/?reason=cancel"))
    assert page.index("Whoever has it</th>") < page.index("Rep</th><td>") < page.index("Rep2</th>")
    assert page.count('class="expected-few"') == 1
    assert "Nothing is known of that" in text_of(manager.get(f"{ROUTING}expected/?reason=nothing"))
    for one in (world.rep, world.supervisor):
        assert signed_in(one).get(f"{ROUTING}expected/").status_code == 403
    assert signed_in(world.outsider).get(f"{ROUTING}expected/").status_code == 404


def test_holidays_of_a_file_come_into_the_editor_and_nothing_is_kept(world: World, manager: Client) -> None:
    day = (clock.now() + timedelta(days=40)).strftime("%Y%m%d")
    event = f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:A feast\r\nEND:VEVENT"
    content = f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR"
    sent = {"text": PLAN, "calendar": "office", "note": "Feasts"}
    page = text_of(
        manager.post(f"{ROUTING}holidays/", {**sent, "days": SimpleUploadedFile("x.ics", content.encode())})
    )
    assert "One day added to office." in page and '= "A feast"' in page and "[calendars.office.holidays]" in page
    assert "Feasts" in page and not PlanVersion.objects.exists()
    for bad, words in (
        (None, "Choose a calendar file"),
        (SimpleUploadedFile("x.ics", b"<html>"), "no calendar file"),
    ):
        refused = manager.post(f"{ROUTING}holidays/", {**sent, **({"days": bad} if bad else {})})
        assert words in text_of(refused, 422) and "Main line" in refused.content.decode()
    assert signed_in(world.supervisor).post(f"{ROUTING}holidays/", sent).status_code == 403
    assert signed_in(world.outsider).post(f"{ROUTING}holidays/", sent).status_code == 404


def test_what_the_choice_brings_is_told_beside_those_drawn_by_chance(world: World, manager: Client) -> None:
    assert "No rep is drawn by chance" in text_of(manager.get(f"{ROUTING}expected/"))
    began = clock.now() - timedelta(days=1)
    text = PLAN + '[choice]\noutcome = "resolution_by_reps"\nrandom_share = 0.5\n'
    with clock.at(began):
        made = publishing.save_draft(programme=world.programme, text=text)
        publishing.publish(programme=world.programme, number=made.number, instead_of=None)
    page = text_of(manager.get(f"{ROUTING}expected/"))
    assert "Too early to say" in page and "0 contacts whose rep was drawn, 0 by the rule" in page
    fill(world, [(number, None, 10.0 + number % 4) for number in range(120)], began=began)
    for number, contact in enumerate(Contact.objects.order_by("arrived_at")):
        chosen(world, contact, ["behind"] if number % 2 else ["not_drawn"])
        contact.resolved = number % 4 == 0 or number % 20 != 1
        contact.save(update_fields=["resolved"])
    page = text_of(manager.get(f"{ROUTING}expected/"))
    assert "60 contacts whose rep was drawn, 60 by the rule" in page and "Do not trust" not in page
    assert "Nothing is certain yet" in page and "Average handle time" in page
    Contact.objects.filter(customer__key__regex="[048]$").update(resolved=False)
    page = text_of(manager.get(f"{ROUTING}expected/"))
    assert "The rule is better than chance</strong> in resolution, say reps" in page
    Offer.objects.filter(contact__customer__key__regex="[468]$").delete()
    assert "Do not trust" in text_of(manager.get(f"{ROUTING}expected/"))
