"""The pages of people, roles, rules and tokens, by the people who use them."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.access import access_token
from rapport.accounts.cli import person
from rapport.accounts.models import ApiToken, Member
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.errors import NotFound

PEOPLE = "/at/cards/people/"


@pytest.fixture
def administrator(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="admin", name="Admin", role=Role.ADMINISTRATOR, username="admin"
    )


@pytest.fixture
def admin(administrator: Member) -> Client:
    client = Client()
    client.force_login(administrator.user)
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def page_of(world: World) -> str:
    return f"{PEOPLE}{world.rep.user.public_id}/"


def test_the_list_says_who_is_cleared_and_what_others_lack(world: World, admin: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
    accounts.set_clearance(member=world.rep, actor="test", screening="passed")
    accounts.set_clearance(member=Member.objects.get(user__username="admin"), actor="test", screening="passed")
    page = text_of(admin.get(PEOPLE))
    rows = dict(
        re.findall(r'people/[0-9a-f-]{36}/">(\w+)</a>.*?badge-state tone-\w+"?[^>]*>([^<]+)<', page, re.DOTALL)
    )
    assert (rows["Rep"], rows["Rep2"]) == ("cleared", "screening")


def test_a_person_is_given_another_role_and_team(world: World, admin: Client) -> None:
    changed = admin.post(f"{page_of(world)}place/", {"role": "senior_rep", "team": "Blue"})
    assert changed.status_code == 302
    member = Member.objects.select_related("team").get(pk=world.rep.pk)
    assert (member.role, member.team.name) == ("senior_rep", "Blue")
    assert "Senior rep, team Blue" in text_of(admin.get(page_of(world)))
    listed = text_of(admin.post(f"{page_of(world)}place/", {"do": "end"}, follow=True))
    assert "The place of Rep has ended" in listed and "<h1>People</h1>" in listed
    assert not Member.objects.get(pk=world.rep.pk).is_active
    assert admin.post(f"{page_of(world)}place/", {"role": "king"}).status_code == 422


def test_what_a_person_lacks_is_told_as_of_them(world: World, admin: Client) -> None:
    accounts.set_rules(
        programme=world.programme,
        actor="test",
        requires_screening=True,
        required_agreements=["nda 1", "conduct 2"],
    )
    place = Member.objects.get(user__username="admin")
    accounts.set_clearance(
        member=place,
        actor="test",
        screening="passed",
        agreements=dict.fromkeys(["nda 1", "conduct 2"], "2026-01-01"),
    )
    accounts.set_clearance(member=world.rep, actor="test", agreements={"nda 1": "2026-01-01"})
    page = text_of(admin.get(page_of(world)))
    assert "Their background screening has not been passed" in page
    assert "They have not signed “conduct 2”." in page and "signed “nda 1”" not in page


def test_a_clearance_is_put_on_file(world: World, admin: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", required_agreements=["nda 1"])
    accounts.sign_agreement(
        member=Member.objects.get(user__username="admin"),
        agreement="nda 1",
        on=world.rep.since.date(),
        actor="test",
    )
    sent = {
        "screening": "passed",
        "screened_until": "2027-01-31",
        "agreements": "nda 1",
        "allowed_networks": "10.0.0.0/8",
        "allowed_hours": "mon-fri 08:00-20:00",
    }
    assert admin.post(f"{page_of(world)}clearance/", sent).status_code == 302
    member = Member.objects.get(pk=world.rep.pk)
    assert (member.screening, str(member.screened_until)) == ("passed", "2027-01-31")
    assert set(member.agreements) == {"nda 1"} and member.allowed_hours["fri"] == ["08:00-20:00"]
    assert "mon 08:00-20:00" in text_of(admin.get(page_of(world)))
    refused = admin.post(f"{page_of(world)}clearance/", {**sent, "allowed_networks": "everywhere"})
    assert refused.status_code == 422 and "everywhere" in refused.content.decode()


def test_nobody_changes_themselves(admin: Client, administrator: Member) -> None:
    own = f"{PEOPLE}{administrator.user.public_id}/"
    assert "This is you" in text_of(admin.get(own))
    assert admin.post(f"{own}clearance/", {"screening": "passed"}).status_code == 403
    assert admin.post(f"{own}right/", {"right": "customers.reveal", "to": "granted"}).status_code == 403


def test_the_matrix_shows_what_the_programme_adjusts(world: World, admin: Client) -> None:
    sent = {"role": "rep", "right": "export", "to": "granted"}
    assert admin.post(f"{PEOPLE}roles/adjust/", sent).status_code == 302
    assert "yes, granted here" in text_of(admin.get(f"{PEOPLE}roles/"))
    assert admin.post(f"{PEOPLE}roles/adjust/", {**sent, "right": "cti.report"}).status_code == 422
    assert admin.post(f"{PEOPLE}roles/adjust/", {**sent, "role": "administrator"}).status_code == 403


def test_the_rules_of_entry_are_set(world: World, admin: Client) -> None:
    on_file = ["--screened", "--signed", "nda 1", "--signed", "conduct 2"]
    assert person.run(["admin", "--programme", "cards", *on_file]) == 0
    sent = {"requires_screening": "on", "required_agreements": "nda 1\nconduct 2", "allowed_hours": ""}
    said = admin.post(f"{PEOPLE}rules/change/", sent, follow=True)
    assert "Saved. These rules hold from now on." in text_of(said)
    world.programme.refresh_from_db()
    assert world.programme.requires_screening
    assert world.programme.required_agreements == ["nda 1", "conduct 2"]


@pytest.mark.parametrize(
    ("rule", "lacks"),
    [
        ({"requires_screening": "on"}, "screening has not been passed"),
        ({"requires_second_factor": "on"}, "second factor"),
        ({"required_agreements": "nda 1"}, "not signed the agreement “nda 1”"),
        ({"allowed_networks": "10.20.0.0/16"}, "127.0.0.1"),
    ],
)
def test_who_sets_the_rules_does_not_shut_themselves_out(
    world: World, admin: Client, rule: dict[str, str], lacks: str
) -> None:
    refused = admin.post(f"{PEOPLE}rules/change/", rule)
    assert refused.status_code == 422 and lacks in refused.content.decode()
    assert "would shut you out" in refused.content.decode()
    text_of(admin.get(PEOPLE))


def test_what_was_done_is_said_once_on_the_page_that_comes(world: World, admin: Client) -> None:
    sent = {"role": "senior_rep", "team": "Blue"}
    page = text_of(admin.post(f"{page_of(world)}place/", sent, follow=True))
    assert 'data-said><div><p class="notice-title">Rep is senior rep, team Blue.</p>' in page
    assert "data-said" not in text_of(admin.get(page_of(world)))


def test_a_refused_form_is_answered_with_a_notice_and_what_was_typed_stays(world: World, admin: Client) -> None:
    htmx = {"HX-Request": "true"}
    refused = admin.post(f"{page_of(world)}clearance/", {"allowed_networks": "nowhere"}, headers=htmx)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#notices")
    done = admin.post(f"{page_of(world)}clearance/", {"screening": "passed"}, headers=htmx)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, page_of(world))


def test_people_are_found_by_name_role_or_team(world: World, admin: Client) -> None:
    rep2 = text_of(admin.get(PEOPLE, {"find": "REP2"}))
    assert "Rep2</a>" in rep2 and "Supervisor</a>" not in rep2
    assert "Nobody found" in text_of(admin.get(PEOPLE, {"find": "nobody at all"}))


def test_a_supervisor_sees_people_and_signs_them_out_and_changes_nothing(world: World) -> None:
    supervisor, rep = Client(), Client()
    supervisor.force_login(world.supervisor.user)
    rep.force_login(world.rep.user)
    page = text_of(supervisor.get(page_of(world)))
    assert "Sign them out everywhere" in page and "End their place" not in page
    assert supervisor.post(f"{page_of(world)}place/", {"do": "end"}).status_code == 403
    assert supervisor.post(f"{page_of(world)}sessions/").status_code == 302
    assert rep.get("/at/cards/desk/").status_code == 302


def test_somebody_of_another_programme_is_not_here(world: World, admin: Client) -> None:
    assert admin.get(f"{PEOPLE}{world.outsider.user.public_id}/").status_code == 404


def test_a_token_is_shown_once(world: World, admin: Client) -> None:
    sent = {"name": "warehouse", "right": "api.use", "expires_on": "2099-01-01"}
    made = text_of(admin.post("/at/cards/tokens/make/", sent))
    [secret] = re.findall(r"rpt_[\w-]+", made)
    assert access_token(secret, "cards", Right.USE_API).name == "warehouse"
    listed = text_of(admin.get("/at/cards/tokens/"))
    assert "warehouse" in listed and secret not in listed
    token = ApiToken.objects.get(name="warehouse")
    assert admin.post(f"/at/cards/tokens/{token.public_id}/end/").status_code == 302
    with pytest.raises(NotFound):
        access_token(secret, "cards", Right.USE_API)
    assert admin.post("/at/cards/tokens/make/", {**sent, "right": "contacts.read.team"}).status_code == 422
    assert admin.post("/at/cards/tokens/make/", {**sent, "right": "customers.privacy"}).status_code == 403


def test_days_are_those_of_the_programme_where_it_is_already_tomorrow(world: World, admin: Client) -> None:
    accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
    screened: dict[str, Any] = {"screening": "passed", "screened_until": date(2026, 12, 4)}
    for member in (world.rep, Member.objects.get(user__username="admin")):
        accounts.set_clearance(member=member, actor="test", **screened)
    with clock.at(datetime(2026, 11, 19, 23, 30, tzinfo=UTC)):  # half past midnight of the 20th in Berlin
        assert "clearance ends 4 Dec" in text_of(admin.get(PEOPLE))  # in two weeks
        assert 'value="2027-02-18"' in text_of(admin.get("/at/cards/tokens/"))  # in ninety days
    with clock.at(datetime(2026, 11, 19, 22, 30, tzinfo=UTC)):
        assert "clearance ends" not in text_of(admin.get(PEOPLE))


def test_a_token_ends_with_its_last_day_on_the_programmes_calendar(admin: Client) -> None:
    sent = {"name": "warehouse", "right": "api.use", "expires_on": "2098-12-31"}
    assert admin.post("/at/cards/tokens/make/", sent).status_code == 200
    assert ApiToken.objects.get().expires_at == datetime(2098, 12, 31, 23, tzinfo=UTC)
    assert admin.post("/at/cards/tokens/make/", {**sent, "expires_on": "9999-12-31"}).status_code == 422


def test_a_person_gives_a_token_no_right_they_lack(world: World, admin: Client) -> None:
    accounts.adjust_role(
        programme=world.programme, role=Role.ADMINISTRATOR, right=Right.USE_API, granted=False, actor="test"
    )
    sent = {"name": "warehouse", "right": "api.use", "expires_on": "2099-01-01"}
    assert admin.post("/at/cards/tokens/make/", sent).status_code == 403
    assert admin.post("/at/cards/tokens/make/", {**sent, "right": "cti.report"}).status_code == 200


def test_an_administrator_comes_to_the_people(admin: Client) -> None:
    assert admin.get("/").headers["Location"] == PEOPLE
