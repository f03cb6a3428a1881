"""What the addresses of Rally Notes need: a published letter."""

from typing import Any

from rapport.conftest import World
from rapport.kit import clock
from rapport.recognition import actions, news, tips


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    today = clock.now().astimezone(world.programme.zone).date()
    actions.draft(programme=world.programme, day=today, actor="test")
    actions.edit(member=world.supervisor, day=today, words={"our_news": "A quiet day."})
    actions.publish(member=world.supervisor, day=today)
    actions.see(member=world.rep, day=today)
    tip = tips.write(member=world.supervisor, text="Ask why first.")
    told = news.publish(member=world.supervisor, kind="ours", title="New desk", text="It moves.", read_by=None)
    of_day = ("rally-day", "rally-read", "rally-edit", "rally-choose-tip", "rally-hearing", "rally-mail")
    return {
        **{name: {"day": today} for name in of_day},
        "rally-tip-retire": {"tip": tip.public_id},
        "rally-news-sign": {"news": told.public_id},
        "rally-news-withdraw": {"news": told.public_id},
    }
