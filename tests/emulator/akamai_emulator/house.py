# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house: accounts, services, clock, switches, and the way of a request from its signature to its service."""

from __future__ import annotations

import datetime as dt
import json
import logging
import pickle
from typing import Any
from urllib.parse import parse_qsl

from . import edgegrid, gateway, seed, services, stock, wire
from .clock import AccountClock
from .core import Account, Call, Document, Emulator, Operation, Refusal, Reply, Service, ShapeError
from .faults import Faults
from .home import Home
from .journal import Entry, Journal
from .ratelimit import HEADERS, RateLimits, Verdict
from .routing import Router
from .switches import Switches

log = logging.getLogger("akamai_emulator")
REMEMBERED = 32
_ALWAYS = dt.datetime.min.replace(tzinfo=dt.UTC)


class House(Emulator):
    def __init__(self, home: Home, durations: dict[str, float], seed_document: Document | None) -> None:
        self.home = home
        self.clock = AccountClock()
        self.durations = durations
        self.services = services.ALL
        self.by_api = {service.api: service for service in self.services}
        self.router = Router(self.services)
        self.switches = Switches(self.services)
        self.faults = Faults()
        self.journal = Journal()
        self.limits = RateLimits()
        self.accounts: dict[str, Account] = {}
        self.clients: dict[str, tuple[Account, Document]] = {}
        self._complete_ones: dict[bytes, bytes] = {}
        self.nonces: dict[str, float] = {}
        self.dirty = True
        self.host = ""
        self.adopt(seed_document or stock.document(self.clock.now()))
        self._seed = self.freeze()

    # -- what handlers may ask (core.Emulator) --

    def switch(self, name: str) -> str:
        return self.switches.values[name]

    def duration(self, name: str) -> float:
        return self.durations[name]

    def http_date(self, account_time: dt.datetime) -> str:
        return wire.date_header(round(account_time.timestamp() - self.clock.offset))

    # -- state --

    def freeze(self) -> bytes:
        return pickle.dumps(
            {account.id: account.document for account in self.accounts.values()}, pickle.HIGHEST_PROTOCOL
        )

    def thaw(self, frozen: bytes) -> None:
        self._take({name: Account(name, document) for name, document in pickle.loads(frozen).items()})

    def reset(self) -> None:
        """Back to the seed, which was completed once: a pickle is the cheapest deep copy there is."""
        self.thaw(self._seed)

    def put(self, raw: bytes) -> None:
        """Takes a state document as JSON. Raises ShapeError and ValueError.

        Tests put the same documents again and again: those that were complete as they came are remembered.
        """
        frozen = self._complete_ones.get(raw)
        if frozen is not None:
            self.thaw(frozen)
            return
        document = json.loads(raw)
        self.adopt(document)
        if document == json.loads(raw):
            self._complete_ones[raw] = self.freeze()
            while len(self._complete_ones) > REMEMBERED:
                del self._complete_ones[next(iter(self._complete_ones))]

    def adopt(self, document: Any) -> None:
        """Takes a seed or state document. Raises ShapeError and then leaves everything as it was."""
        accounts = {name: Account(name, value) for name, value in seed.check(document)["accounts"].items()}
        # What a document leaves out is dated by the clock it will live under, which starts without an offset.
        offset, self.clock.offset = self.clock.offset, 0.0
        try:
            seed.fill(accounts, self.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z"))
            for account in accounts.values():
                for service in self.services:
                    self._complete(service, account)
        except ShapeError:
            self.clock.offset = offset
            raise
        self._take(accounts)

    def _complete(self, service: Service, account: Account) -> None:
        base = f"/accounts/{account.id}"
        try:
            service.complete(self, account)
        except ShapeError as error:
            raise ShapeError(base + error.pointer, error.text) from error
        except (TypeError, KeyError, ValueError, AttributeError, IndexError) as error:
            log.exception("completing %s failed in %s", base, service.api)
            raise ShapeError(base, f"{service.api} cannot use this document: {error!r}") from error

    def _take(self, accounts: dict[str, Account]) -> None:
        self.accounts = accounts
        self.clock.offset = 0.0
        for account in accounts.values():
            account.next_due = _ALWAYS
        self.clients = {
            client["name"]: (account, client) for account in accounts.values() for client in account.document["clients"]
        }
        self.home.tokens(self.clients)
        self.secrets = {name: self._secrets(name) for name in self.clients}
        self.by_token = {secrets["client_token"]: name for name, secrets in self.secrets.items()}
        if self.host:
            self.write_edgerc()
        self.dirty = True

    def _secrets(self, name: str) -> dict[str, str]:
        """The client's credentials: those of the home, or those its document brings along."""
        client = self.clients[name][1]
        own = {"client_token": "clientToken", "client_secret": "clientSecret", "access_token": "accessToken"}
        return {key: client.get(member) or self.home.credentials[name][key] for key, member in own.items()}

    def write_edgerc(self) -> None:
        self.home.write_edgerc(self.host, self.secrets)

    def settle(self) -> None:
        for account in self.accounts.values():
            self._settle(account)

    def _settle(self, account: Account) -> None:
        if account.next_due is None or account.next_due > self.clock.now():
            return
        account.next_due = None
        for service in self.services:
            service.settle(self, account)
        self.dirty = True

    def document(self) -> Document:
        self.settle()
        return {"accounts": {account.id: account.document for account in self.accounts.values()}}

    def saved(self) -> str:
        return json.dumps({"clock_offset": self.clock.offset, **self.document()}, separators=(",", ":"))

    def restore(self, document: Any) -> None:
        offset = document.pop("clock_offset", 0.0)
        self.adopt(document)
        self.clock.offset = offset

    # -- the way of a request --

    def route(self, request: wire.Request) -> tuple[Service | None, Operation | None, dict[str, str], list[str]]:
        service = self.router.service(request.path)
        if service is None:
            return None, None, {}, []
        return service, *self.router.find(request.method, request.path)

    def authenticate(self, request: wire.Request) -> str:
        """The name of the client that signed the request. Raises Refusal (order of checks: edgegrid.md 4)."""
        auth = edgegrid.parse(request.headers.get("authorization", ""))
        if auth is None:
            flaw = "malformed" if request.headers.get("authorization") else "missing"
            raise gateway.refusal(f"{flaw}-{self.switch('malformed_authorization')}", request)
        try:
            signed_at = auth.moment().timestamp()
        except ValueError:
            raise gateway.refusal("clock", request) from None
        if abs(signed_at - request.received) > edgegrid.WINDOW_SECONDS:
            raise gateway.refusal("clock", request)
        name = self.by_token.get(auth.client_token)
        if name is None:
            raise gateway.refusal("client-token", request)
        if not self.clients[name][1]["active"]:
            raise gateway.refusal("inactive", request)
        secrets = self.secrets[name]
        if auth.access_token != secrets["access_token"]:
            raise gateway.refusal("access-token", request)
        host = request.headers.get("host", "")
        if not edgegrid.verify(auth, secrets["client_secret"], request.method, host, request.target, request.body):
            raise gateway.refusal("signature", request)
        self._spend(auth.nonce, request)
        large = request.method == "POST" and len(request.body) > edgegrid.MAX_BODY
        if large and self.switch("large_signed_post") == "refuse":
            raise gateway.refusal("large-post", request)
        return name

    def _spend(self, nonce: str, request: wire.Request) -> None:
        """A nonce counts as used for as long as its timestamp can be valid. The dict is in order of time."""
        while self.nonces:
            oldest = next(iter(self.nonces))
            if self.nonces[oldest] > request.received - 2 * edgegrid.WINDOW_SECONDS:
                break
            del self.nonces[oldest]
        if nonce in self.nonces and self.switch("replayed_nonce") == "refuse":
            raise gateway.refusal("nonce", request)
        self.nonces[nonce] = request.received

    def work(
        self,
        request: wire.Request,
        entry: Entry,
        service: Service | None,
        operation: Operation | None,
        params: dict[str, str],
        methods: list[str],
    ) -> Reply:
        """Grants, rate limit, and the service itself. Never raises."""
        try:
            if service is None:
                raise gateway.refusal("not-found", request)
            call = self._call(request, entry, operation, params)
            self._grant(call, service, entry, request)
        except Refusal as refusal:
            return refusal.reply()
        verdict = self._take_quota(call.account, service)
        if verdict is not None and verdict.wait:
            reply = service.rate_limited(call, verdict.limit, verdict.remaining, verdict.wait)
        else:
            reply = self._serve(call, service, operation, methods)
        if verdict is not None and service.api in HEADERS:
            reply.headers = {
                "X-RateLimit-Limit": str(verdict.limit),
                "X-RateLimit-Remaining": str(verdict.remaining),
                **reply.headers,
            }
        return reply

    def _take_quota(self, account: Account, service: Service) -> Verdict | None:
        if self.switch("rate_limits") == "documented":
            return self.limits.take(account.id, service.api, wire.wall())
        return self.limits.full(service.api)

    def _call(self, request: wire.Request, entry: Entry, operation: Operation | None, params: dict[str, str]) -> Call:
        query, keys = [], set()
        for name, value in parse_qsl(request.query, keep_blank_values=True, errors="replace"):
            if name == "accountSwitchKey":
                keys.add(value)
            else:
                query.append((name, value))
        account, client = self.clients[entry.client or ""]
        if keys:
            account = self._switched(client, keys, request)
        name = operation.name if operation else ""
        return Call(
            self,
            account,
            client["user"],
            request.method,
            request.path,
            query,
            request.headers,
            request.body,
            params,
            name,
            client,
        )

    def _switched(self, client: Document, keys: set[str], request: wire.Request) -> Account:
        """The account that the switch keys (one value, however often it is there) lead to."""
        found = [account for account in self.accounts.values() if {account.document["accountSwitchKey"]} == keys]
        if not found or not client["accountSwitch"]:
            raise gateway.refusal("account-switch", request)
        return found[0]

    def _grant(self, call: Call, service: Service, entry: Entry, request: wire.Request) -> None:
        if service.api == "grants":
            return
        level = call.client["grants"].get(service.api)
        checks = self.switch("read_only_checks") == "allow" and bool(call.operation) and not entry.write
        if level == "READ-WRITE" or (level == "READ-ONLY" and (call.method in ("GET", "HEAD") or checks)):
            return
        raise gateway.refusal("grant", request)

    def _serve(self, call: Call, service: Service, operation: Operation | None, methods: list[str]) -> Reply:
        try:
            self._settle(call.account)
            if operation is None:
                return service.no_route(call, methods)
            if call.method not in ("GET", "HEAD"):
                self.dirty = True
            if service.guard is not None:
                service.guard(call, operation)
            return operation.handler(call)
        except Refusal as refusal:
            return refusal.reply()
        except Exception:
            log.exception("%s %s failed", call.method, call.path)
            return service.crash(call)

    def is_write(self, operation: Operation | None, request: wire.Request) -> bool:
        """The operation's kind; PAPI rules with dryRun=true check only."""
        if operation is None:
            return request.method not in ("GET", "HEAD")
        if operation.write and operation.api == "papi" and request.path.endswith("/rules"):
            return ("dryRun", "true") not in parse_qsl(request.query)
        return operation.write
