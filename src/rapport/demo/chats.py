"""The talking of simulated people: reads each chat when a step may be due, and takes it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.demo import dice
from rapport.demo.crew import TICKS
from rapport.demo.guides import required_keys
from rapport.demo.talk import TYPING_SECONDS, Said, Scene, Step, next_step
from rapport.demo.view import View, is_simulated, politely, topic_of
from rapport.guides import actions as guides
from rapport.kit.errors import Invalid
from rapport.kit.ids import new_id
from rapport.routing import actions as routing

if TYPE_CHECKING:
    from rapport.contacts.models import Contact

LOOK_SECONDS = 4.0  # how often a chat is read while only a real person may move it on


@dataclass(slots=True)
class Chats:
    """Remembers when each chat is to be looked at again, and where typing was shown; all else is read."""

    look_at: dict[UUID, float] = field(default_factory=dict)
    typing: set[tuple[UUID, int]] = field(default_factory=set)

    def act(self, view: View) -> None:
        """Take the steps that are due."""
        active = {
            contact.public_id: (member, contact)
            for member, contact in view.with_reps
            if contact.state == "active" and contact.channel == "chat"
        }
        self.look_at = {key: at for key, at in self.look_at.items() if key in active}
        self.typing = {one for one in self.typing if one[0] in active}
        for key, (member, contact) in active.items():
            rep_simulated = member in view.crew
            if (rep_simulated or is_simulated(contact)) and view.now >= self.look_at.get(key, 0.0):
                politely(view.programme, self._go_on, view, contact, member, rep_simulated)

    def _go_on(self, view: View, contact: Contact, member: int, rep_simulated: bool) -> None:
        scene = read_scene(view, contact, member, rep_simulated=rep_simulated)
        step = next_step(scene)
        key = contact.public_id
        if step is None:
            self.look_at[key] = view.now + LOOK_SECONDS
        elif step.at <= view.now:
            take(view, contact, member, step)
            self.look_at[key] = view.now + 1
        else:
            is_watched = not (scene.rep_simulated and scene.customer_simulated)
            self.look_at[key] = min(step.at, view.now + 1) if is_watched else step.at
            if is_watched and step.text and step.at - view.now < TYPING_SECONDS:
                self._type(contact, step, len(scene.said))

    def _type(self, contact: Contact, step: Step, count: int) -> None:
        """Show a real person, once for each message, that the simulated side is typing."""
        if (contact.public_id, count) not in self.typing:
            self.typing.add((contact.public_id, count))
            chat.typing(contact, author=step.who)


def read_scene(view: View, contact: Contact, member: int, *, rep_simulated: bool) -> Scene:
    """Return the chat as the simulated people know it."""
    said = [
        Said(message.author, message.text, message.at.timestamp())
        for message in messages_of(contact)
        if message.author != "system"
    ]
    answered = contact.answered_at or contact.arrived_at
    is_watched = not (rep_simulated and is_simulated(contact))
    return Scene(
        key=str(contact.public_id),
        topic=topic_of(contact),
        rep=view.presences[member].member.name.split()[0] if member in view.presences else "a colleague",
        rep_simulated=rep_simulated,
        customer_simulated=is_simulated(contact),
        answered_at=answered.timestamp(),
        said=said,
        pace=1.0 if is_watched else dice.lognormal(1.9, 0.45, str(contact.public_id)),
    )


def take(view: View, contact: Contact, member: int, step: Step) -> None:
    """Do what the step says; a simulated rep also ticks the touch point it belongs to."""
    rep = view.crew.get(member)
    if step.who == "customer":
        if step.text:
            chat.say(contact, author="customer", text=step.text, client_id=new_id())
        else:
            chat.leave(contact)
    elif rep is not None:
        keys = required_keys(topic_of(contact))
        due = keys[step.turn : step.turn + 1] if step.text else keys[step.turn :]
        for key in due:
            if contact.reason is not None and dice.chance(str(contact.public_id), key) < TICKS:
                with suppress(Invalid):  # a step of a fixed place, before which they left one out
                    guides.tick(member=rep, contact=contact, step=key)
        if step.text:
            chat.say(contact, author="rep", text=step.text, client_id=new_id(), member=rep)
        else:
            routing.end_conversation(contact, by="rep", actor=f"member:{rep.pk}")
