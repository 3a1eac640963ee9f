# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One signed connection to Akamai: sends, repeats within the time budget, and turns refusals into typed errors."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from .answers import UNREADABLE, Loss, Response, loss_of
from .clock import Clock
from .credentials import Credentials, ca_bundle
from .errors import ApiError, ConnectionFailed, TimeBudgetExceeded, WireError, shorten
from .retry import Try, judge

Query = Mapping[str, object]

CONNECT_TIMEOUT = 10.0  # seconds at most; `http_timeout` is for the answer
POOL_SIZE = 16
ACCOUNT_SWITCH_KEY = "accountSwitchKey"


class Session:
    """Sends requests to one Akamai host, each attempt signed anew. May be used from several threads.

    `http_timeout` (seconds) bounds the silence of one attempt, `retry_timeout` (seconds) the time that the attempts for
    one request may take together. `log` gets one line per attempt and pause, without secrets. `requests` counts what
    was sent, by method; `waited` are the seconds spent in pauses; `wrote` tells whether something was, or may have
    been, written. Raises `CredentialError` if `ca_path` is no CA bundle.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        user_agent: str,
        ca_path: str | None = None,
        http_timeout: float = 60.0,
        retry_timeout: float = 300.0,
        clock: Clock,
        log: Callable[[str], None] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        import requests
        from akamai.edgegrid import edgegrid
        from requests.adapters import HTTPAdapter

        # It writes signing keys and bodies to its log.
        logging.getLogger(edgegrid.__name__).disabled = True
        self.credentials = credentials
        self.clock = clock
        self.requests: Counter[str] = Counter()
        self.waited = 0.0
        self.wrote = False
        self._lock = threading.Lock()
        self._log = log or (lambda line: None)
        self._jitter = jitter
        self._budget = retry_timeout
        self._timeout = (min(CONNECT_TIMEOUT, http_timeout), http_timeout)
        self._verify: str | bool = ca_bundle(ca_path) or True
        self._origin = f"https://{credentials.host}"
        self._signer = edgegrid.EdgeGridAuthHeaders(
            credentials.client_token,
            credentials.client_secret,
            credentials.access_token,
            max_body=credentials.max_body,
        )
        self._http = requests.Session()
        self._http.headers["User-Agent"] = user_agent
        self._http.mount("https://", HTTPAdapter(pool_maxsize=POOL_SIZE))

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        accept: str | None = "application/json",
        content_type: str | None = "application/json",
        headers: Mapping[str, str] | None = None,
        write: bool,
        expect: Sequence[int] = (200,),
        needs: str | None = "",
    ) -> Response:
        """The answer to one request, with a status out of `expect`.

        `path` is already encoded and may have a query, to which `query` is added: None leaves a name out, booleans
        become `true` and `false`, lists are joined by commas. `body` is sent as JSON unless it is None. `write` tells
        whether the operation changes anything; such a request is repeated only when it is certain that it was not
        carried out. `needs` is what the body has to be: None nothing, "" an object, else an object with that member;
        an answer without it is a lost one.

        Raises `ApiError` for another status (`TimeBudgetExceeded` if only the time ran out), `ConnectionFailed` if no
        answer came.
        """
        payload = None if body is None else json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
        sent = dict(headers or {})
        if accept:
            sent["Accept"] = accept
        if payload is not None and content_type:
            sent["Content-Type"] = content_type
        target = self._target(path, query)
        answer = self._persist(method, target, payload, sent, write, expect if write else (*expect, 302), needs)
        if answer.status == 302 and 302 not in expect:
            target = self._redirected(answer, method, target)
            answer = self._persist(method, target, payload, sent, write, expect, needs)
        return answer

    def _persist(
        self,
        method: str,
        target: str,
        payload: bytes | None,
        headers: Mapping[str, str],
        write: bool,
        expect: Sequence[int],
        needs: str | None,
    ) -> Response:
        """Attempts until the answer is an expected one or the verdict is to stop."""
        started = self.clock.monotonic()
        path = target.split("?", 1)[0]
        number = 0
        while True:
            number += 1
            outcome = self._attempt(method, target, payload, headers)
            if isinstance(outcome, Response) and outcome.status in expect:
                if outcome.has(needs) or outcome.status >= 300:
                    self.wrote = self.wrote or write
                    return outcome
                outcome = Loss(UNREADABLE, shorten(outcome.text))
            now = self.clock.now()
            elapsed = self.clock.monotonic() - started
            attempt = Try(method, path, write, number, elapsed, self._budget, self._jitter())
            verdict = judge(attempt, outcome, now)
            if verdict.wait is None:
                error = self._error(outcome, method, path, payload, write, now, verdict.gave_up)
                self.wrote = self.wrote or error.outcome_unknown
                raise error
            self._log(f"waiting {verdict.wait:.1f} s before attempt {number + 1} of {method} {path}")
            self.clock.sleep(verdict.wait)
            with self._lock:
                self.waited += verdict.wait

    def _attempt(self, method: str, target: str, payload: bytes | None, headers: Mapping[str, str]) -> Response | Loss:
        import requests

        with self._lock:
            self.requests[method] += 1
        try:
            raw = self._http.request(
                method,
                self._origin + target,
                data=payload,
                headers=dict(headers),
                auth=self._sign,
                timeout=self._timeout,
                # With each request: REQUESTS_CA_BUNDLE would override the session's own.
                verify=self._verify,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            loss = loss_of(error)
            self._log(f"{method} {target}: {loss.kind.sentence} ({shorten(loss.detail)})")
            return loss
        self._log(f"{method} {target}: {raw.status_code}, {raw.elapsed.total_seconds():.3f} s")
        return Response.parse(raw.status_code, raw.headers, raw.content)

    def _sign(self, prepared: Any) -> Any:
        """Signs what will really be sent. Not by the library's own hook, which signs redirects it should not."""
        from akamai.edgegrid import edgegrid

        prepared.headers["Authorization"] = self._signer.make_auth_header(
            prepared, edgegrid.eg_timestamp(), edgegrid.new_nonce()
        )
        return prepared

    def _target(self, path: str, query: Query | None) -> str:
        """Path and query, with the account switch key once."""
        address = urlsplit(path)
        given = [part for part in address.query.split("&") if part and not part.startswith(f"{ACCOUNT_SWITCH_KEY}=")]
        wished = {**(query or {}), ACCOUNT_SWITCH_KEY: self.credentials.account_switch_key}
        given += [
            f"{quote(name, safe='')}={quote(_text(value), safe='')}"
            for name, value in wished.items()
            if value is not None
        ]
        return f"{address.path}?{'&'.join(given)}" if given else address.path

    def _redirected(self, answer: Response, method: str, target: str) -> str:
        """The target of a redirect, which has to be on the same host: a signature goes nowhere else."""
        link = answer.document.get("redirectLink") if isinstance(answer.document, dict) else None
        location = urlsplit(urljoin(self._origin + target, answer.headers.get("location") or str(link or "")))
        here = location.scheme == "https" and location.netloc.lower() == self.credentials.host.lower()
        followed = f"{location.path}?{location.query}" if location.query else location.path
        if not here or self._target(followed, None) == target:
            raise ApiError(answer, method=method, path=target.split("?", 1)[0], write=False, now=self.clock.now())
        return self._target(followed, None)

    def _error(
        self,
        outcome: Response | Loss,
        method: str,
        path: str,
        payload: bytes | None,
        write: bool,
        now: dt.datetime,
        gave_up: str | None,
    ) -> WireError:
        if isinstance(outcome, Loss):
            return ConnectionFailed(outcome, method=method, path=path, write=write, gave_up=gave_up)
        kind = TimeBudgetExceeded if gave_up else ApiError
        size = len(payload or b"")
        return kind(outcome, method=method, path=path, write=write, request_size=size, now=now, gave_up=gave_up)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(_text(item) for item in value)
    return str(value)
