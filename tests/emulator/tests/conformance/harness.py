# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running emulator, signed clients, named starting states, and rows of expected answers.

A row names the state before (`given`), one request and what must come back. States are built by ordinary API calls
once, kept as the document of `GET /state`, and put back by `PUT /state` for every further row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from configparser import RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from akamai.edgegrid import EdgeGridAuth
from akamai_emulator.testing import Running

from . import cps_description, mets_description, papi_description

# Long enough that nothing ends by itself while the rows run; rows that want an end use `Control.advance`.
DURATIONS = {
    "mets_activation": 3600,
    "mets_deactivation": 3600,
    "mets_deletion": 3600,
    "cps_step": 600,
    "papi_activation": 3600,
    "retry_after": 300,
    "latency": 0,
}
HTTP_LIMIT = 30.0

METS = "/mtls-edge-truststore/v2"
CPS = "/cps/v2"
PAPI = "/papi/v1"
GATEWAY_TYPE = "https://problems.luna.akamaiapis.net/-/"

Facts = dict[str, Any]
Given = Callable[["House"], Facts]
Step = Callable[["House"], Any]
GIVEN: dict[str, Given] = {}

MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RFC1123 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


class Client:
    """One signed credential: a section of the emulator's edgerc, signed by edgegrid-python."""

    def __init__(self, edgerc: Path, section: str, ca_path: Path) -> None:
        parser = RawConfigParser()
        parser.read(edgerc)
        self.host = parser.get(section, "host").strip("/")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = EdgeGridAuth.from_edgerc(str(edgerc), section)
        self.ca_path = ca_path

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        redirects: bool = False,
    ) -> requests.Response:
        """Send `path` (query included, sent as it stands). A body of bytes goes out as it is, anything else as JSON.

        A header of value None is left out; a body brings `Content-Type: application/json` unless told otherwise.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        wanted: dict[str, str | None] = {"Accept": "application/json"}
        if data is not None:
            wanted["Content-Type"] = "application/json"
        wanted.update(headers or {})
        answer = self.session.request(
            method,
            f"https://{self.host}{path}",
            data=data,
            headers=wanted,
            verify=str(self.ca_path),
            timeout=HTTP_LIMIT,
            allow_redirects=redirects,
        )
        for described in (mets_description, cps_description, papi_description):
            described.check(answer)
        return answer

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str | None] | None = None) -> Any:
        """A call that must succeed; its JSON, or None for an empty answer."""
        answer = self.send(method, path, body, headers)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        return answer.json() if answer.content else None


class House(Running):
    """One emulator process with its clients."""

    def __init__(
        self, home: Path, *, arguments: Iterable[str] = (), durations: Mapping[str, float] = DURATIONS
    ) -> None:
        super().__init__(home, durations=durations, arguments=arguments)
        self._switches = self.control.switches()
        self._clients: dict[str, Client] = {}
        self._states: dict[str, tuple[Any, Facts, float]] = {}

    def client(self, section: str = "default") -> Client:
        if section not in self._clients:
            self._clients[section] = Client(self.edgerc, section, self.ca_path)
        return self._clients[section]

    def enter(self, name: str) -> Facts:
        """Bring the account into the named state, switches and faults as at the start; its facts (ids and the like)."""
        self._tidy()
        if name not in self._states:
            self.control.reset()
            facts = GIVEN[name](self)
            self._states[name] = (self.control.state(), facts, self.control.advance(0))
            self._tidy()
        document, facts, advanced = self._states[name]
        self.control.put_state(document)
        if advanced:
            self.control.advance(advanced)
        return dict(facts)

    def _tidy(self) -> None:
        self.control.no_faults()
        self.control.switch(**self._switches)


def given(name: str) -> Callable[[Given], Given]:
    """Register a starting state: a function that makes it by calls, starting from the stock, and returns its facts."""

    def register(build: Given) -> Given:
        assert name not in GIVEN, name
        GIVEN[name] = build
        return build

    return register


@given("stock")
def _stock(house: House) -> Facts:
    return {}


@dataclass(frozen=True)
class Row:
    """One request and what must come back.

    `steps` come between the state and the request; a body of bytes goes out as it is. `{name}` in strings of `path`,
    `body`, `type`, `has` and `heads` is replaced from the facts of the state. `has` maps dotted paths of the answer to
    a value (compared with its JSON type), a pattern (whole string), a type, a set of allowed values or a predicate;
    `hasnot` lists paths that must be missing; `heads` is for response headers (None: must be missing).
    `mark` is the page's certainty where it is not plain: "I", "U", and the default or switch the row relies on.
    """

    id: str
    given: str
    method: str
    path: str
    body: Any = None
    status: int | set[int] = 200
    type: str | re.Pattern[str] | None = None
    has: Mapping[str, Any] = field(default_factory=dict)
    hasnot: tuple[str, ...] = ()
    heads: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    section: str = "default"
    switches: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    after: Callable[[House, Facts, requests.Response], None] | None = None
    mark: str = ""

    def __str__(self) -> str:
        return self.id


def run(house: House, row: Row) -> requests.Response:
    """Enter the state, send the row's request, compare. Returns the answer for further looks."""
    return play(house, row, house.enter(row.given))


def play(house: House, row: Row, facts: Facts) -> requests.Response:
    """Send the row's request in the state as it is, compare. Returns the answer."""
    if row.switches:
        house.control.switch(**row.switches)
    for step in row.steps:
        step(house)
    answer = house.client(row.section).send(
        row.method, fill(row.path, facts), fill(row.body, facts), fill(dict(row.headers), facts)
    )
    compare(answer, row, facts)
    if row.after:
        row.after(house, facts, answer)
    return answer


def compare(answer: requests.Response, row: Row, facts: Facts) -> None:
    """The answer is the row's, down to the problem document of its API."""
    note = f"{row.id} [{row.mark}]" if row.mark else row.id
    seen = f"{note}: {answer.status_code} {answer.text[:1500]}"
    assert answer.status_code in (row.status if isinstance(row.status, set) else {row.status}), seen
    if row.type is not None:
        assert matches(answer.json().get("type"), fill(row.type, facts)), seen
    if answer.status_code >= 400:
        check_problem(answer)
    for path, wanted in row.has.items():
        actual = look(answer.json(), path)
        assert matches(actual, fill(wanted, facts)), f"{path} is {actual!r}, wanted {wanted!r} in {seen}"
    for path in row.hasnot:
        assert look(answer.json(), path) is MISSING, f"{path} is there in {seen}"
    for name, wanted in row.heads.items():
        value = answer.headers.get(name)
        ok = value is None if wanted is None else value is not None and matches(value, fill(wanted, facts))
        assert ok, f"header {name} is {value!r}, wanted {wanted!r} in {seen}"


MISSING: Any = type("Missing", (), {"__repr__": lambda self: "<missing>"})()


def look(document: Any, path: str) -> Any:
    """The value at a dotted path (`errors.0.pointer`; `#` is a list's length), or MISSING. The empty path is the document itself."""
    value = document
    for step in path.split(".") if path else ():
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step == "#":
            value = len(value)
        elif isinstance(value, list) and re.fullmatch(r"-?\d+", step) and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def matches(actual: Any, wanted: Any) -> bool:
    """Whether a value is the wanted one: pattern, type, predicate, or equal with the same JSON type."""
    if isinstance(wanted, re.Pattern):
        return isinstance(actual, str) and wanted.fullmatch(actual) is not None
    if isinstance(wanted, type):
        return type(actual) is wanted
    if isinstance(wanted, set):
        return actual is not MISSING and actual in wanted
    if callable(wanted):
        return actual is not MISSING and bool(wanted(actual))
    if actual is MISSING:
        return False
    return json.dumps(actual, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def fill(value: Any, facts: Facts) -> Any:
    """Replace `{name}` by the facts, in strings anywhere; a string that is one placeholder takes the fact's type."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\{(\w+)\}", value)
        if whole and whole[1] in facts:
            return facts[whole[1]]
        return re.sub(r"\{(\w+)\}", lambda m: str(facts.get(m[1], m[0])), value)
    if isinstance(value, re.Pattern):
        return re.compile(re.sub(r"\{([a-z]\w*)\}", lambda m: re.escape(str(facts.get(m[1], m[0]))), value.pattern))
    if isinstance(value, dict):
        return {key: fill(item, facts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill(item, facts) for item in value]
    return value


def check_problem(answer: requests.Response) -> None:
    """The members every problem document of that API has (mets-v2.md 2.6, cps-v2.md 9, papi-v1.md 13, edgegrid.md 4)."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return
    problem = answer.json()
    seen = f"{answer.status_code} {answer.text[:1000]}"
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json", answer.headers["Content-Type"]
    assert isinstance(problem.get("title"), str), seen
    assert problem["title"], seen
    kind = str(problem["type"])
    if kind.startswith(GATEWAY_TYPE):
        members = {"type", "title", "status", "detail", "instance", "method", "serverIp", "clientIp"}
        assert members | {"requestId", "requestTime"} <= set(problem), seen
        assert problem["status"] == answer.status_code, seen
        assert problem["instance"].startswith("https://"), seen
        assert ("authzRealm" in problem) == (answer.status_code == 403), seen
    elif kind.startswith("/mtls-edge-truststore/"):
        assert problem["status"] == answer.status_code, seen
        if "instance" in problem:
            assert re.fullmatch(re.escape(kind) + "/[0-9a-f]{16}", problem["instance"]), seen
    elif "/cps/v2/error-types/" in kind:
        assert "status" not in problem, seen
        assert re.fullmatch(re.escape(kind) + r"\?id=[0-9a-f]{32}", problem["instance"]), seen
    elif "/papi/" in kind:
        assert problem["status"] == answer.status_code, seen
        assert isinstance(problem["instance"], str), seen
        assert {"detail", "details", "errors"} & set(problem), seen
