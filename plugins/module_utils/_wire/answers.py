# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes back from a request: an answer, or the loss of it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer. `headers` have lower-case names; `document` is the parsed JSON, or None if there is none."""

    status: int
    headers: Mapping[str, str]
    document: Any
    text: str

    @classmethod
    def parse(cls, status: int, headers: Mapping[str, str], content: bytes) -> Response:
        text = content.decode("utf-8", "replace")
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        return cls(status, {name.lower(): value for name, value in headers.items()}, document, text)

    @property
    def object(self) -> dict[str, Any]:
        """The document of an answer that is known to be a JSON object."""
        return cast(dict[str, Any], self.document)

    def has(self, needs: str | None) -> bool:
        """Whether the body is what a caller counts on: None nothing, "" an object, else an object with that member."""
        return needs is None or (isinstance(self.document, dict) and (not needs or needs in self.document))

    def date(self) -> dt.datetime | None:
        """The server's clock, by the header `Date`."""
        return parse_time(self.headers.get("date", ""))

    def retry_after(self, now: dt.datetime) -> float | None:
        """Seconds by the header `Retry-After`: a number, or a date measured against the answer's own `Date`."""
        return seconds_until(self.headers.get("retry-after", ""), self.date() or now)


def parse_time(text: str) -> dt.datetime | None:
    """An RFC 1123 or an ISO 8601 time, aware; None if it is neither."""
    for parser in (dt.datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parser(text.strip())
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None


def seconds_until(text: str, since: dt.datetime) -> float | None:
    """Seconds from `since` until `text`, a number of seconds or a time; never negative; None if it is neither."""
    text = text.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        # Before the dates: digits alone would also pass as an ISO date (20261124).
        return float(text)
    moment = parse_time(text)
    return None if moment is None else max(0.0, (moment - since).total_seconds())


@dataclass(frozen=True, slots=True)
class LossKind:
    """One way to lose an answer: its sentence, whether the request may have been carried out, whether it passes."""

    name: str
    sentence: str
    may_have_worked: bool
    passing: bool
    cure: str


_REACH = "Check that the host of the credentials can be reached from here, directly or through the proxy that is set."
_LATER = "Run the task again: it looks first, and goes on from what it finds."

CERTIFICATE = LossKind(
    "certificate",
    "the server's certificate is not trusted",
    may_have_worked=False,
    passing=False,
    cure="If a proxy with a CA of its own, or the emulator, is in between, name its CA bundle in `ca_path`.",
)
TLS = LossKind("tls", "no TLS connection came about", may_have_worked=False, passing=True, cure=_REACH)
UNKNOWN_HOST = LossKind(
    "unknown_host",
    "the host is not known",
    may_have_worked=False,
    passing=False,
    cure="Check `host` in the credentials: it is the one that Akamai gave out along with the tokens.",
)
RESOLVER = LossKind(
    "resolver", "the host's address was not to be had", may_have_worked=False, passing=True, cure=_REACH
)
CONNECT_TIMEOUT = LossKind("connect_timeout", "no connection in time", may_have_worked=False, passing=True, cure=_REACH)
NOT_CONNECTED = LossKind("not_connected", "no connection came about", may_have_worked=False, passing=True, cure=_REACH)
READ_TIMEOUT = LossKind(
    "read_timeout", "no answer within `http_timeout`", may_have_worked=True, passing=True, cure=_LATER
)
BROKEN = LossKind(
    "connection_lost",
    "the connection broke before the answer was complete",
    may_have_worked=True,
    passing=True,
    cure=_LATER,
)
UNREADABLE = LossKind(
    "unreadable_answer", "the answer is not what the API promises", may_have_worked=True, passing=True, cure=_LATER
)
MALFORMED = LossKind(
    "malformed_request",
    "the address cannot be used",
    may_have_worked=False,
    passing=False,
    cure="Check `host` in the credentials and the proxy settings of the environment.",
)


@dataclass(frozen=True, slots=True)
class Loss:
    """An answer that did not come. `detail` is the system's own text."""

    kind: LossKind
    detail: str


def loss_of(error: Exception) -> Loss:
    """What an exception of requests means for the request."""
    import requests

    causes = list(_causes(error))
    unsent = any(_while_connecting(cause) for cause in causes)
    resolver = next((cause for cause in causes if isinstance(cause, socket.gaierror)), None)
    malformed = (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, requests.exceptions.InvalidSchema)
    table: tuple[tuple[bool, LossKind], ...] = (
        (isinstance(error, malformed), MALFORMED),
        (unsent and any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes), CERTIFICATE),
        (resolver is not None and resolver.errno == socket.EAI_NONAME, UNKNOWN_HOST),
        (resolver is not None, RESOLVER),
        (
            unsent and any(isinstance(cause, TimeoutError | requests.ConnectTimeout) for cause in causes),
            CONNECT_TIMEOUT,
        ),
        (unsent and any(isinstance(cause, ssl.SSLError) for cause in causes), TLS),
        (unsent, NOT_CONNECTED),
        (isinstance(error, requests.Timeout), READ_TIMEOUT),
        (True, BROKEN),
    )
    return Loss(next(kind for holds, kind in table if holds), str(causes[-1]) or type(causes[-1]).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, the innermost last. urllib3 keeps causes in `args` and `reason`, too."""
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        cause = todo.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        todo += [item for item in inner if isinstance(item, BaseException)]


def _while_connecting(error: BaseException) -> bool:
    """Whether it was raised inside urllib3's `connect`, that is before anything of the request was sent.

    The exception types do not tell: a reset in the TLS handshake looks like one after the request. Should the function
    be renamed one day, the answer is False, the careful one: the request may have been carried out.
    """
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "connect" and "urllib3" in code.co_filename:
            return True
        trace = trace.tb_next
    return False
