# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the wire, typed: what was refused or lost, by which API, and what to do about it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal

from .answers import Loss, Response
from .cures import cure_for
from .retry import Fate, fate_of

Api = Literal["mets", "cps", "papi", "gateway"]

#: Which API a path belongs to, and what users call it.
APIS: tuple[tuple[str, Api, str], ...] = (
    ("/mtls-edge-truststore/", "mets", "mTLS Edge Truststore"),
    ("/cps/", "cps", "Certificate Provisioning System (CPS)"),
    ("/papi/", "papi", "Property Manager (PAPI)"),
    ("", "gateway", "API gateway"),
)
SIGNED_BODY_LIMIT = 131_072  # bytes

_REQUEST_IDS = (
    re.compile(r"[?&](?:traceId|id)=([^&#]+)"),
    re.compile(r"#([^#/]+)$"),
    re.compile(r"/([0-9a-f]{16})$"),
)


class WireError(Exception):
    """A request without the expected answer. Common to all: `api`, `method`, `path`, `retryable` (the same run may
    succeed later), `outcome_unknown` (a write that may have been carried out all the same: look before repeating it),
    `cure`, and `gave_up` (why it was not tried again, when time was the reason)."""

    def __init__(
        self,
        message: str,
        *,
        api: Api,
        method: str,
        path: str,
        retryable: bool,
        outcome_unknown: bool,
        cure: str | None,
        gave_up: str | None,
    ) -> None:
        super().__init__(f"{message} {gave_up}" if gave_up else message)
        self.api = api
        self.method = method
        self.path = path
        self.retryable = retryable
        self.outcome_unknown = outcome_unknown
        self.cure = cure
        self.gave_up = gave_up

    @property
    def msg(self) -> str:
        """One sentence for people, without the cure."""
        return str(self)

    def failure(self) -> dict[str, Any]:
        """The `failure` document of a result (DESIGN 3.4)."""
        raise NotImplementedError


class ApiError(WireError):
    """An answer with a status that was not wished for.

    `status`, `type`, `title`, `detail`, `errors`, `warnings`, `context` and `request_id` come from the problem document
    where there is one; `document` is the parsed body or None, `text` the raw one, `headers` have lower-case names.
    `request_size` is the number of bytes sent.
    """

    def __init__(
        self,
        answer: Response,
        *,
        method: str,
        path: str,
        write: bool,
        request_size: int = 0,
        now: dt.datetime,
        gave_up: str | None = None,
    ) -> None:
        members: Mapping[str, Any] = answer.document if isinstance(answer.document, dict) else {}
        self.status = answer.status
        self.type = str(members.get("type") or "")
        self.title = str(members.get("title") or "")
        self.detail = str(members.get("detail") or "") or _plain_detail(answer)
        self.errors = _items(members.get("errors"))
        self.warnings = _items(members.get("warnings"))
        #: Of the problem and of each of its errors.
        self.types = [self.type, *(str(item.get("type") or "") for item in self.errors)]
        self.context: dict[str, Any] = _mapping(members.get("contextInfo"))
        self.pointer = str(members.get("pointer") or "")
        self.request_id = _request_id(members)
        self.document = answer.document
        self.text = answer.text
        self.headers = answer.headers
        self.request_size = request_size
        api = "gateway" if "/-/" in self.type else api_of(path)
        fate = fate_of(answer, method, path)
        date = answer.date()
        cure, passing = cure_for(
            api=api,
            status=self.status,
            types=self.types,
            text=f"{self.detail} {self.document.get('limitKey', '')}" if members else self.detail,
            facts={
                "service": service_of(path),
                "offset": _offset((date - now).total_seconds() if date else None),
                "limit": str(members.get("limitKey") or "the resource"),
            },
        )
        super().__init__(
            self._message(method, path, api),
            api=api,
            method=method,
            path=path,
            retryable=passing or fate is not Fate.REFUSED,
            outcome_unknown=write and fate is Fate.UNCERTAIN,
            cure=cure,
            gave_up=gave_up,
        )

    @property
    def slug(self) -> str:
        """The last segment of `type`, which is what the official clients match."""
        return self.type.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]

    @property
    def too_large_to_sign(self) -> bool:
        """A POST of more than 128 KiB that the gateway, not the service, turned away (edgegrid.md 1)."""
        refused = self.status == 413 or (self.api == "gateway" and self.status in (400, 401))
        return self.method == "POST" and self.request_size > SIGNED_BODY_LIMIT and refused

    def has_error(self, slug: str) -> bool:
        """Whether the problem, or one of its `errors`, is of type `slug`."""
        return any(kind.rstrip("/").rsplit("/", 1)[-1] == slug for kind in self.types)

    def failure(self) -> dict[str, Any]:
        return {
            "api": self.api,
            "status": self.status,
            "type": self.type or None,
            "title": self.title or None,
            "detail": self.detail or None,
            "errors": self.errors,
            "request_id": self.request_id,
            "cure": self.cure,
            "retryable": self.retryable,
        }

    def _message(self, method: str, path: str, api: Api) -> str:
        said = [text for text in (self.title.rstrip("."), self.detail) if text]
        listed = [_item_text(item) for item in self.errors if not self.detail or item.get("detail") != self.detail]
        said += [text for text in dict.fromkeys(listed) if text and text not in said][:3]
        if len(listed) > 3:
            said.append(f"({len(listed)} errors in all)")
        tail = f" (request id {self.request_id})" if self.request_id else ""
        words = ": ".join(said[:2]) + "".join(f" {text}" for text in said[2:])
        return f"{method} {path}: {_NAMES[api]} answered {self.status}{': ' if words else ''}{words}{tail}"


class TimeBudgetExceeded(ApiError):
    """An answer that only asked to come back later, when `retry_timeout` does not allow to."""


class ConnectionFailed(WireError):
    """No answer. `kind` is one of the names in `answers`, `detail` the system's own text."""

    def __init__(self, loss: Loss, *, method: str, path: str, write: bool, gave_up: str | None = None) -> None:
        self.kind = loss.kind.name
        self.detail = loss.detail
        unknown = write and loss.kind.may_have_worked
        after = " It is not known whether the request was carried out." if unknown else ""
        super().__init__(
            f"{method} {path}: {loss.kind.sentence} ({shorten(loss.detail)}).{after}",
            api=api_of(path),
            method=method,
            path=path,
            retryable=loss.kind.passing,
            outcome_unknown=unknown,
            cure=loss.kind.cure,
            gave_up=gave_up,
        )

    def failure(self) -> dict[str, Any]:
        return {
            "api": self.api,
            "status": None,
            "type": self.kind,
            "title": None,
            "detail": str(self),
            "errors": [],
            "request_id": None,
            "cure": self.cure,
            "retryable": self.retryable,
        }


_NAMES: dict[Api, str] = {"mets": "METS", "cps": "CPS", "papi": "PAPI", "gateway": "the API gateway"}


def api_of(path: str) -> Api:
    """The API that a path belongs to."""
    return next(api for prefix, api, _name in APIS if path.startswith(prefix))


def service_of(path: str) -> str:
    """The name under which a user grants an API client the API of a path."""
    return next(name for prefix, _api, name in APIS if path.startswith(prefix))


def shorten(text: str, limit: int = 200) -> str:
    """One line of at most `limit` characters; of an HTML page only its text."""
    if "<" in text and re.search(r"<(?:html|!doctype)", text, re.IGNORECASE):
        text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.IGNORECASE | re.DOTALL)
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _plain_detail(answer: Response) -> str:
    """What there is to say without a problem document."""
    if 300 <= answer.status < 400:
        return f"Redirect to {shorten(answer.headers.get('location') or answer.text) or 'nowhere'}."
    return "" if isinstance(answer.document, dict) else shorten(answer.text)


def _items(value: Any) -> list[dict[str, Any]]:
    """Error and warning items; a bare string becomes an item with a detail."""
    items = value if isinstance(value, list) else []
    return [dict(item) if isinstance(item, dict) else {"detail": str(item)} for item in items]


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _item_text(item: Mapping[str, Any]) -> str:
    where = item.get("pointer") or item.get("errorLocation")
    what = shorten(str(item.get("detail") or item.get("title") or item.get("type") or ""))
    return f"{where}: {what}" if where else what


def _request_id(members: Mapping[str, Any]) -> str | None:
    """What Akamai support asks for: `requestId`, or the tail of `instance`."""
    if members.get("requestId"):
        return str(members["requestId"])
    instance = str(members.get("instance") or "")
    found = (match.group(1) for pattern in _REQUEST_IDS if (match := pattern.search(instance)))
    return next(found, None)


def _offset(seconds: float | None) -> str:
    """How this machine's clock stands against the server's, in words."""
    if seconds is None:
        return "off"
    return f"{abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} Akamai's"
