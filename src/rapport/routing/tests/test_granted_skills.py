"""Skills that something gives, such as a certification: they end with it, unless a person has said so since."""

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit.errors import Invalid
from rapport.routing.actions import end_grant, set_proficiency
from rapport.routing.queries import skills_of

GRANT = "certification cards 2026"


def known(world: World) -> dict[str, str]:
    return {one.skill: one.granted_by for one in skills_of(world.rep)}


def test_a_granted_skill_is_shown_and_ends_with_what_gave_it(client: Client, world: World) -> None:
    for skill in ("cards", "disputes"):
        set_proficiency(member=world.rep, skill=skill, level=3, granted_by=GRANT, actor="system")
    set_proficiency(member=world.rep, skill="german", level=4)
    set_proficiency(member=world.rep, skill="disputes", level=5)  # a person says so since
    set_proficiency(member=world.second_rep, skill="cards", level=3, granted_by=GRANT, actor="system")
    manager = accounts.ensure_member(
        programme=world.programme, agent_id="m", username="m", name="Max", role=Role.MANAGER
    )
    client.force_login(manager.user)
    page = client.get(reverse("person", args=["cards", world.rep.user.public_id])).content.decode()
    assert f"by {GRANT}, and ends with it" in page
    end_grant(member=world.rep, granted_by=GRANT, actor="system")
    end_grant(member=world.rep, granted_by=GRANT, actor="system")
    assert known(world) == {"disputes": "", "german": ""}
    assert len(skills_of(world.second_rep)) == 1
    told = Event.objects.filter(name="skill.changed", data__level=0)
    assert [(one.data["rep"], one.data["skill"]) for one in told] == [("rep", "cards")]


def test_nothing_gives_no_skills(world: World) -> None:
    set_proficiency(member=world.rep, skill="german", level=4)
    with pytest.raises(Invalid):
        end_grant(member=world.rep, granted_by="", actor="system")
    assert known(world) == {"german": ""}
