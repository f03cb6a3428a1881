"""The doors to programmes: nothing of a programme is read or written but by who came in through one of them.

A door finds out which programme is meant, enters its wall (:func:`rapport.kit.walls.inside`), then asks the gates
of :mod:`rapport.accounts.access`. A request to a programme is therefore one transaction: an error undoes it all.
What has to survive a refusal is written afterwards, in a wall entered anew. Each door says who may pass
(:class:`Door`); tests read it, and a page without one fails them.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase

from rapport.accounts import queries
from rapport.accounts.access import access_installation, access_member, public_programme, require_real
from rapport.accounts.models import Member, Programme, User
from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.kit.walls import inside

View = Callable[..., HttpResponseBase]
Call = TypeVar("Call", bound=Callable[..., Any])
Found = TypeVar("Found")
Item = TypeVar("Item")

log = logging.getLogger("rapport.doors")


@dataclass(frozen=True, slots=True)
class Door:
    """Who may pass: ``staff`` or a ``token`` with a right, a ``customer``, whoever is signed in to their own
    ``account``, who runs the ``installation``, or everybody (``open``, with the reason).
    """

    kind: str
    rights: tuple[Right, ...] = ()  # one of them is enough
    why: str = ""
    or_member: bool = False  # of a token: a member who is signed in may, with the right, as well


def door_of(view: Callable[..., Any]) -> Door | None:
    """Return the door that a view declares, or None."""
    found = getattr(view, "door", None)
    return found if isinstance(found, Door) else None


def declares(door: Door) -> Callable[[Call], Call]:
    """Put a door on record for a view that goes through it by itself."""

    def record(view: Call) -> Call:
        view.__dict__["door"] = door
        return view

    return record


def staff_page(*rights: Right) -> Callable[[View], View]:
    """Wrap a view under ``/at/<programme>/``; it is called with the request and the member who may.

    Who is not signed in signs in first; who has none of the rights is refused.
    """

    return partial(_staff_door, rights, False)


def staff_delivery(*rights: Right) -> Callable[[View], View]:
    """Wrap a view that takes a file in: as ``staff_page``, but the programme is left before it is called.

    It enters the programme by itself, for a moment each time: no transaction is open while a file is put away.
    """
    return partial(_staff_door, rights, True)


def _staff_door(rights: tuple[Right, ...], is_left: bool, view: View) -> View:
    @wraps(view)
    def enter(request: HttpRequest, programme: str, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        looked_at = time.time()
        with entering(programme) as place:
            member = access_member(request, place, *rights, looked_at=looked_at)
            if not is_left:
                return view(request, member, **named)
        return view(request, member, **named)

    return declares(Door("staff", rights))(enter)


def account_page(view: View) -> View:
    """Wrap a page of a person's own account: whoever is signed in, for themselves only."""

    @wraps(view)
    def enter(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **named)

    return declares(Door("account"))(enter)


def installation_page(view: View) -> View:
    """Wrap a page of who runs the installation; it is called with the request and that person."""

    @wraps(view)
    def enter(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, access_installation(request.user), **named)

    return declares(Door("installation"))(enter)


def open_page(why: str) -> Callable[[Call], Call]:
    """Declare that everybody may pass, and why that shows nobody anything."""
    return declares(Door("open", why=why))


def public_page(view: View) -> View:
    """Wrap a customers' view under ``/p/<programme>/``; it is called with the request and the programme."""

    @wraps(view)
    def enter(request: HttpRequest, programme: str, **named: Any) -> HttpResponseBase:
        place = public_programme(programme)
        with inside(place.pk):
            return view(request, place, **named)

    return declares(Door("customer"))(enter)


@contextmanager
def entering(programme_key: str) -> Iterator[Programme]:
    """Enter the programme an address names, before anybody is let in; NotFound where there is none."""
    programme = queries.programme_by_key(programme_key)
    if programme is None:
        raise NotFound
    with inside(programme.pk):
        yield programme


@contextmanager
def commanding(
    programme_key: str, *, one_moment: bool = False, even_practice: bool = False
) -> Iterator[Programme]:
    """Enter the programme that a command of the operator names; NotFound says which there are.

    Where people practise, only what looks goes, and what erases (``even_practice``): nothing comes in.
    """
    programme = queries.programme_by_key(programme_key)
    if programme is None:
        known = ", ".join(queries.programme_keys()) or "none yet"
        raise NotFound(f"There is no programme {programme_key!r}; there are: {known}.")
    if not even_practice:
        require_real(programme)
    with inside(programme.pk, one_moment=one_moment):
        yield programme


def in_each_programme(work: Callable[[Programme], Found]) -> list[Found]:
    """Do ``work`` inside every programme, in a transaction each; return what it returned.

    A fault in one does not hold up the others: it is raised when all are done.
    """
    return in_turn(partial(_enter, work))


def in_each_real_programme(work: Callable[[Programme], Found]) -> list[Found]:
    """Do :func:`in_each_programme` but where people practise: of made-up work nothing is drawn or counted."""
    return in_turn(partial(_enter, work), queries.real_programmes)


def _enter(work: Callable[[Programme], Found], programme: Programme) -> Found:
    with inside(programme.pk):
        return work(programme)


def places_of(user: User) -> list[Member]:
    """Return the person's places on programmes, each looked for inside its own programme."""
    return [place for place in in_each_programme(partial(queries.place_of, user)) if place is not None]


def at_each_place(user: User, work: Callable[[Member], object]) -> None:
    """Do ``work`` with each of the person's places, inside the wall of its programme."""

    def visit(programme: Programme) -> None:
        place = queries.place_of(user, programme)
        if place is not None:
            work(place)

    in_each_programme(visit)


def one_by_one(
    programme: Programme, find: Callable[[Programme], Iterable[Item]], act: Callable[[Item], object]
) -> int:
    """Have ``find`` say what is due inside the programme and ``act`` do each in a transaction of its own.

    Returns how many times ``act`` did something. A fault in one does not hold up the others: it is raised when
    all are done.
    """
    with inside(programme.pk):
        due = list(find(programme))
    done, fault = 0, None
    for item in due:
        try:
            with inside(programme.pk):
                done += bool(act(item))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("one of %s things due in programme %s failed; the others go on", len(due), programme.key)
            fault = error
    if fault is not None:
        raise fault
    return done


def one_by_one_in_each(find: Callable[[Programme], Iterable[Item]], act: Callable[[Item], object]) -> int:
    """Do :func:`one_by_one` in every programme; return how many things were done in all."""
    return sum(in_turn(lambda programme: one_by_one(programme, find, act)))


def one_by_one_in_each_real(find: Callable[[Programme], Iterable[Item]], act: Callable[[Item], object]) -> int:
    """Do :func:`one_by_one` in every programme but those to practise in; return how many things were done."""
    return sum(in_turn(lambda programme: one_by_one(programme, find, act), queries.real_programmes))


def step_by_step_in_each(begin: Callable[[Programme], Callable[[], bool]]) -> None:
    """In every programme, do the step that ``begin`` gives until it is done, each time in a transaction."""

    def go(programme: Programme) -> None:
        step, is_more = begin(programme), True
        while is_more:
            with inside(programme.pk):
                is_more = step()

    in_turn(go)


def in_turn(
    work: Callable[[Programme], Found], among: Callable[[], Iterable[Programme]] = queries.programmes
) -> list[Found]:
    """Do ``work`` for every programme, outside all walls, and the next ones' where one fails; then raise that."""
    found: list[Found] = []
    fault: Exception | None = None
    for programme in among():
        try:
            found.append(work(programme))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.exception("work in programme %s failed; the others go on", programme.key)
            fault = error
    if fault is not None:
        raise fault
    return found
