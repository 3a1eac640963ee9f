# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signed API as an ASGI application: bytes in, faults, the house, bytes out."""

from __future__ import annotations

import asyncio
from typing import Any

from . import wire
from .core import Refusal, Reply
from .faults import Rule
from .house import House
from .journal import Entry

# The loop's timers may fire a millisecond early.
TIMER_GRAIN = 0.002


class Api:
    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = await _read(scope, receive)
        house = self.house
        service, operation, params, methods = house.route(request)
        entry = house.journal.open(
            request,
            service.api if service else None,
            operation.name if operation else None,
            house.is_write(operation, request),
        )
        latency = house.durations["latency"]
        if latency:
            await asyncio.sleep(latency)
        rule: Rule | None = None
        try:
            entry.client = house.authenticate(request)
            entry.signed = True
        except Refusal as refusal:
            reply = refusal.reply()
        else:
            rule = house.faults.match(entry.api, request.method, request.path)
            if rule is not None and rule.form == "delay":
                await asyncio.sleep(rule.then["delay"] + TIMER_GRAIN)
            if rule is None or rule.works:
                reply = house.work(request, entry, service, operation, params, methods)
                entry.status = reply.status
            else:
                reply = Reply(500)
            if rule is not None:
                reply = rule.reply(request.method) or reply
        await self._answer(scope, receive, send, entry, reply, rule)

    async def _answer(
        self, scope: dict[str, Any], receive: Any, send: Any, entry: Entry, reply: Reply, rule: Rule | None
    ) -> None:
        entry.ended = wire.wall()
        if rule is not None and rule.form == "drop":
            await _close(scope, receive)
            return
        entry.status = reply.status
        body = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else wire.encode(reply.body)
        headers = [(b"date", wire.date_header(entry.ended).encode())]
        if body or reply.status not in (204, 304):
            headers.append((b"content-length", str(len(body)).encode()))
        if body:
            headers.append((b"content-type", reply.content_type.encode("latin-1", "replace")))
        headers += [
            (name.lower().encode("latin-1", "replace"), _clean(value).encode("latin-1", "replace"))
            for name, value in reply.headers.items()
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if rule is not None and rule.form == "truncate":
            await send({"type": "http.response.body", "body": body[: rule.then["truncate"]], "more_body": True})
            await _close(scope, receive)
            return
        await send({"type": "http.response.body", "body": body})


def _clean(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


async def _read(scope: dict[str, Any], receive: Any) -> wire.Request:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    target = scope["target"].decode("latin-1")
    return wire.Request(
        method=scope["method"],
        target=target,
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=b"".join(parts),
        client_ip=(scope.get("client") or ("127.0.0.1", 0))[0],
        received=wire.wall(),
    )


async def _close(scope: dict[str, Any], receive: Any) -> None:
    """Ends the connection and waits until it is gone, so that the server does not answer in our place."""
    scope["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        continue
