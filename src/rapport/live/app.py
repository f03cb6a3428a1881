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

from rapport.live import tickets
from rapport.live.hub import CLOSED, LAST, RECONNECT, RELOAD, Hub, Stream
from rapport.live.source import Source

HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*"}


def _dsn() -> dict[str, Any]:
    found = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: found[name] for key, name in names.items() if found.get(name)}


hub = Hub()
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
    try:
        ticket = tickets.read(request.query_params.get("ticket", ""))
        if not hub.admits(ticket):
            raise tickets.BadTicket("This ticket is from before a change of what you may hear. Ask for a new one.")
    except tickets.BadTicket as error:
        return PlainTextResponse(str(error), status_code=403, headers=HEADERS)
    cursor = request.query_params.get("last_event_id") or request.headers.get("last-event-id", "")
    after = int(cursor) if cursor.isdecimal() and len(cursor) < 19 else None
    one = Stream(ticket.programme_id, ticket.channels, person=ticket.person, session=ticket.session)
    return StreamingResponse(_messages(one, after, ticket), media_type="text/event-stream", headers=HEADERS)


async def _messages(one: Stream, after: int | None, ticket: tickets.Ticket) -> AsyncIterator[str]:
    """Join first, then replay: what happens meanwhile is queued. Told twice is harmless, missed is not."""
    hub.join(one)
    if not hub.admits(ticket):  # shut out between the door and here
        one.end(CLOSED)
    longest = LONGEST_SECONDS * random.uniform(0.8, 1.0)
    allowed = ticket.until - time.time() if ticket.until is not None else longest
    ends_at = asyncio.get_running_loop().time() + min(longest, allowed)
    try:
        yield ": welcome\n\n"
        if after is not None:
            missed = await source.replay(after, one)
            for message in [RELOAD] if missed is None else missed:
                yield message.encoded()
        while (left := ends_at - asyncio.get_running_loop().time()) > 0:
            try:
                message = await asyncio.wait_for(one.queue.get(), min(left, HEARTBEAT_SECONDS))
            except TimeoutError:
                yield ": still here\n\n"
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
