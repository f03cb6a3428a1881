"""The live process's web application: one address that streams, one that says it is well."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from rapport.kit.network import as_counted, believed
from rapport.live import tickets
from rapport.live.hub import CLOSED, LAST, RECONNECT, RELOAD, Hub, Stream
from rapport.live.source import Source

HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0
TOO_MANY = "Too many streams are open from where you are. Close some pages; the page asks again by itself."
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*"}


def _dsn() -> dict[str, Any]:
    found = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: found[name] for key, name in names.items() if found.get(name)}


hub = Hub(most_of_person=settings.STREAMS_PER_PERSON, most_of_address=settings.STREAMS_PER_ADDRESS)
source = Source(hub, _dsn())


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def stream(request: Request) -> Response:
    """Open the stream that a ticket allows, from behind ``last_event_id`` where given."""
    shown = request.query_params.get("ticket", "")
    try:
        ticket = tickets.read(shown)
        if not hub.admits(ticket):
            raise tickets.BadTicket("This ticket is from before a change of what you may hear. Ask for a new one.")
        if not hub.is_first_use(shown):
            raise tickets.BadTicket("This ticket has opened a stream already. Ask for a new one.")
    except tickets.BadTicket as error:
        return PlainTextResponse(str(error), status_code=403, headers=HEADERS)
    one = Stream(
        ticket.programme_id,
        ticket.channels,
        person=ticket.person,
        session=ticket.session,
        address=_address(request),
    )
    if not hub.has_room(one):
        return PlainTextResponse(TOO_MANY, status_code=429, headers={**HEADERS, "Retry-After": "60"})
    cursor = request.query_params.get("last_event_id") or request.headers.get("last-event-id", "")
    after = int(cursor) if cursor.isdecimal() and len(cursor) < 19 else None
    return StreamingResponse(_messages(one, after, ticket), media_type="text/event-stream", headers=HEADERS)


def _address(request: Request) -> str:
    nearest = request.client.host if request.client else ""
    return as_counted(believed(nearest, ",".join(request.headers.getlist("x-forwarded-for"))))


async def _messages(one: Stream, after: int | None, ticket: tickets.Ticket) -> AsyncIterator[bytes]:
    """Join first, then replay: what happens meanwhile is queued. Told twice is harmless, missed is not."""
    if not hub.admits(ticket) or not hub.has_room(one):  # between the door and here
        yield (RECONNECT if hub.admits(ticket) else CLOSED).encoded()
        return
    hub.join(one)
    longest = LONGEST_SECONDS * random.uniform(0.8, 1.0)
    allowed = ticket.until - time.time() if ticket.until is not None else longest
    ends_at = asyncio.get_running_loop().time() + min(longest, allowed)
    try:
        yield b": welcome\n\n"
        if after is not None:
            missed = await source.replay(after, one)
            if hub.admits(ticket):  # else its end is queued, and comes next
                for message in [RELOAD] if missed is None else missed:
                    yield message.encoded()
        while (left := ends_at - asyncio.get_running_loop().time()) > 0:
            try:
                async with asyncio.timeout(min(left, HEARTBEAT_SECONDS)):
                    message = await one.queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            yield message.encoded()
            if message in LAST:
                return
        yield (CLOSED if allowed < longest else RECONNECT).encoded()
    finally:
        hub.leave(one)


async def health(_request: Request) -> Response:
    """Say whether this process hears the database."""
    status = 200 if source.listening else 503
    return JSONResponse({"listening": source.listening}, status_code=status)


app = Starlette(routes=[Route("/stream", stream), Route("/healthz", health)], lifespan=_lifespan)
