# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: unsigned JSON on its own loopback port, for tests and for people."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from . import described, faults
from .core import ShapeError
from .house import House
from .switches import SwitchError

Endpoint = Callable[[Request], Awaitable[Response]]

# More than three hundred years; dates stay within what the calendar can hold.
FARTHEST = 10_000_000_000

PAGE = """Control API of the Akamai emulator. Unsigned, JSON, for this account's own tests.

POST   /reset                      back to the seed; the clock too
GET    /state                      the state document: {{"accounts": {{"A-...": {{...}}}}}}
PUT    /state                      takes such a document in its place; 400 with a JSON pointer when its shape is wrong
POST   /advance  {{"seconds": 3600}} moves the account's clock (expiry, durations), never the wire's (signatures, Date)
POST   /faults   {{"api": "mets|cps|papi|grants|*", "method": "POST", "path": "regular expression", "nth": 1 | "every": true,
                  "times": 2, "then": one of
                    {{"status": 503, "headers": {{}}, "body": {{}}, "work": "none|done"}}
                    {{"text": "...", "status": 502, "work": "none|done"}}
                    {{"drop": "before|after"}}  {{"delay": 1.5}}  {{"truncate": 20}}  {{"redirect": "https://..."}}}}
GET    /faults, DELETE /faults     shows, removes all
GET    /requests, DELETE /requests the log of requests; numbering goes on
GET    /switches, PUT /switches    {{"name": "value", ...}}
GET    /openapi.json               what the signed API takes, as an OpenAPI document

Signed API at {url}. Credentials for it: {edgerc}

Switches (value; allowed values):
{switches}
"""


class Problem(Exception):
    def __init__(self, detail: str, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.document = {"title": "Bad Request", "status": 400, "detail": detail}
        if pointer is not None:
            self.document["pointer"] = pointer


class Answer(JSONResponse):
    """JSON in ASCII: a lone surrogate, which JSON may hold and UTF-8 may not, can be shown too."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode()


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Problem(f"the body is no JSON: {error}") from error


def _mapping(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise Problem("an object of names and values is expected")
    return document


def build(house: House, url: str) -> Starlette:
    """`url` is the signed API's, for the page at /."""

    async def page(request: Request) -> Response:
        lines = [
            f"  {name} = {house.switches.values[name]}  ({' | '.join(switch.values)})\n      {switch.text}"
            for name, switch in sorted(house.switches.known.items())
        ]
        return PlainTextResponse(PAGE.format(url=url, edgerc=house.home.edgerc, switches="\n".join(lines)))

    async def reset(request: Request) -> Response:
        house.reset()
        return Response(status_code=204)

    async def get_state(request: Request) -> Response:
        return Answer(house.document())

    async def put_state(request: Request) -> Response:
        try:
            house.put(await request.body())
        except ShapeError as error:
            raise Problem(error.text, error.pointer) from error
        except (ValueError, RecursionError) as error:
            raise Problem(f"the body is no JSON: {error}") from error
        return Response(status_code=204)

    async def advance(request: Request) -> Response:
        body = await _json(request)
        seconds = body.get("seconds") if isinstance(body, dict) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= FARTHEST:
            raise Problem("seconds is a number from 0 on")
        if house.clock.offset + seconds > FARTHEST:
            raise Problem(f"the clock is at most {FARTHEST} seconds ahead")
        house.clock.offset += seconds
        house.dirty = True
        return Answer({"now": house.clock.now().isoformat(), "offset": house.clock.offset})

    async def get_faults(request: Request) -> Response:
        return Answer([rule.document for rule in house.faults.rules])

    async def post_faults(request: Request) -> Response:
        try:
            rule = faults.parse(await _json(request))
        except faults.FaultError as error:
            raise Problem(str(error)) from error
        house.faults.rules.append(rule)
        return Answer(rule.document, status_code=201)

    async def delete_faults(request: Request) -> Response:
        house.faults.rules.clear()
        return Response(status_code=204)

    async def get_requests(request: Request) -> Response:
        return Answer([entry.show() for entry in house.journal.entries])

    async def delete_requests(request: Request) -> Response:
        house.journal.entries.clear()
        return Response(status_code=204)

    async def get_switches(request: Request) -> Response:
        return Answer(house.switches.values)

    async def put_switches(request: Request) -> Response:
        changes = await _json(request)
        try:
            house.switches.update(_mapping(changes))
        except SwitchError as error:
            raise Problem(str(error)) from error
        for account in house.accounts.values():
            account.wake(house.clock.now())  # what is due may depend on switches
        return Answer(house.switches.values)

    async def get_openapi(request: Request) -> Response:
        return Answer(described.document(house.services, url))

    async def refuse(request: Request, error: Exception) -> Response:
        document = error.document if isinstance(error, Problem) else {}
        return Answer(document, status_code=400, media_type="application/problem+json")

    async def no_route(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        document = {"title": HTTPStatus(status).phrase, "status": status, "detail": "GET / lists what there is"}
        return Answer(document, status_code=status, media_type="application/problem+json")

    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("GET", "/", page),
        ("POST", "/reset", reset),
        ("GET", "/state", get_state),
        ("PUT", "/state", put_state),
        ("POST", "/advance", advance),
        ("GET", "/faults", get_faults),
        ("POST", "/faults", post_faults),
        ("DELETE", "/faults", delete_faults),
        ("GET", "/requests", get_requests),
        ("DELETE", "/requests", delete_requests),
        ("GET", "/switches", get_switches),
        ("PUT", "/switches", put_switches),
        ("GET", "/openapi.json", get_openapi),
    )
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]
    return Starlette(routes=routes, exception_handlers={Problem: refuse, HTTPException: no_route})
