# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that only moves when somebody sleeps, and a wire that answers from a script."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import requests
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.credentials import MAX_BODY, Credentials
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.session import Session

NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
#: The same moment, as the header `Date` has it.
DATE = "Tue, 24 Nov 2026 09:15:30 GMT"


class Clock:
    """Starts at NOW; `sleeps` has every pause."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return 1000.0 + sum(self.sleeps)

    def now(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=sum(self.sleeps))

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


class Wire:
    """Takes the place of the network: gives the scripted answers in turn and keeps what was sent.

    An answer is an exception, or (status, body, headers); a body that is no text is sent as JSON.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.sent: list[requests.PreparedRequest] = []
        self.options: list[Mapping[str, Any]] = []
        self._script: list[Any] = []

    def script(self, *answers: Any) -> Wire:
        self._script += answers
        return self

    def send(self, prepared: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert self._script, f"nothing more was expected, but there came {prepared.method} {prepared.url}"
        self.sent.append(prepared)
        self.options.append(options)
        scripted = self._script.pop(0)
        if isinstance(scripted, Exception):
            raise scripted
        status, body, headers = (*scripted, {}, {})[:3] if len(scripted) < 3 else scripted
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = status, prepared, str(prepared.url)
        answer.headers = requests.structures.CaseInsensitiveDict({"Date": DATE, **headers})
        answer._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return answer

    def session(self, account_switch_key: str | None = None, **options: Any) -> Session:
        credentials = Credentials(
            host="akab-example-0001.luna.akamaiapis.net",
            client_token="akab-exampleclienttoken-0001",
            client_secret="ZXhhbXBsZS1jbGllbnQtc2VjcmV0LTAwMDEtbm90LXJlYWw=",
            access_token="akab-exampleaccesstoken-0001",
            account_switch_key=account_switch_key,
            max_body=MAX_BODY,
            source="a test",
        )
        given = {"retry_timeout": 120.0, "jitter": lambda: 1.0, "log": self.lines.append, **options}
        return Session(credentials, user_agent="edgetrust.akamai/0.0.0", clock=self.clock, **given)

    def targets(self) -> list[str]:
        return [str(prepared.path_url) for prepared in self.sent]

    def left(self) -> Iterable[Any]:
        return self._script


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterable[Wire]:
    stub = Wire()
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda adapter, prepared, **options: stub.send(prepared, **options)
    )
    yield stub
    assert not stub.left(), "the script was not played to its end"
