# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPS in process: updates, changes and their lives on a clock that the test moves. Conformance rows are elsewhere."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from akamai_emulator.core import Account, Call, Refusal, Reply
from akamai_emulator.cps import SERVICE, changes, enrollments, links, stock
from akamai_emulator.routing import Router
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

START = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
STEP = 10.0
VENDOR = "application/vnd.akamai.cps.{}+json"
ACCEPTS = {
    "list_enrollments": "enrollments.v12",
    "get_enrollment": "enrollment.v12",
    "get_change": "change.v2",
    "get_schedule": "deployment-schedule.v1",
    "list_deployments": "deployments.v8",
    "get_production": "deployment.v8",
    "get_staging": "deployment.v8",
    "change_history": "change-history.v5",
    "certificate_history": "certificate-history.v2",
    "cancel_change": "change-id.v1",
    "set_schedule": "change-id.v1",
    "give_input": "change-id.v1",
}
BINDING = {"setId": "1001", "authenticationOptions": {"sendCaListToClient": True, "ocsp": {"enabled": False}}}


class World:
    """The parts of the house that CPS needs, one account, and a clock under the test's hand."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.time = START
        self.clock = self
        self.switches = {switch.name: switch.default for switch in SERVICE.switches}
        self.account = Account("A-CCT1234", document)
        self.accounts = {self.account.id: self.account}
        self.router = Router([SERVICE])
        self.active = {"1001": {"STAGING", "PRODUCTION"}, "1002": {"STAGING"}}
        self.live: list[str] = []
        SERVICE.complete(self, self.account)

    def now(self) -> dt.datetime:
        return self.time

    def switch(self, name: str) -> str:
        return self.switches[name]

    def duration(self, name: str) -> float:
        assert name == "cps_step"
        return STEP

    def http_date(self, account_time: dt.datetime) -> str:
        raise NotImplementedError

    def advance(self, seconds: float = STEP, times: int = 1) -> None:
        for _ in range(times):
            self.time += dt.timedelta(seconds=seconds)
            self.settle()

    def settle(self) -> None:
        if self.account.next_due is not None and self.account.next_due <= self.time:
            self.account.next_due = None
            SERVICE.settle(self, self.account)

    def send(
        self, method: str, target: str, body: Any = None, *, accept: str = "", content: str = "", raw: bytes = b""
    ) -> Reply:
        path, _, query = target.partition("?")
        operation, params, methods = self.router.find(method, "/cps/v2" + path)
        data = raw or (b"" if body is None else json.dumps(body).encode())
        headers = {"host": "127.0.0.1:8443", "accept": accept and VENDOR.format(accept)}
        if operation is not None and not accept:
            headers["accept"] = VENDOR.format(ACCEPTS.get(operation.name, "enrollment-status.v1"))
        if data:
            headers["content-type"] = VENDOR.format(content or "enrollment.v12")
        items = parse_qsl(query, keep_blank_values=True)
        call = Call(self, self.account, "automation", method, path, items, headers, data, params)
        self.settle()
        if operation is None:
            return SERVICE.no_route(call, methods)
        try:
            reply = operation.handler(call)
        except Refusal as refusal:
            reply = refusal.reply()
        assert isinstance(reply.body, bytes) or json.dumps(reply.body)
        return reply

    def get(self, target: str, accept: str = "") -> Any:
        reply = self.send("GET", target, accept=accept)
        assert reply.status == 200, reply
        return reply.body

    def enrollment(self, number: int = 10001) -> Any:
        return copy.deepcopy(self.get(f"/enrollments/{number}"))

    def put(self, body: Any, query: str = "", number: int = 10001, content: str = "enrollment.v12") -> Reply:
        return self.send("PUT", f"/enrollments/{number}{query}", body, content=content)

    def bind(self, number: int = 10001, query: str = "", **options: Any) -> Reply:
        body = self.enrollment(number)
        body.setdefault("enableMultiStackedCertificates", False)
        body.update({name: value for name, value in options.items() if name == "changeManagement"})
        body["networkConfiguration"]["clientMutualAuthentication"] = BINDING | {"setId": options.get("set_id", "1001")}
        return self.put(body, query, number)

    def change(self, number: int = 10001) -> Any:
        """The newest change of an enrollment, as the API shows it."""
        identifier = self.account.document["enrollments"][number - 10001]["changes"][-1]["id"]
        return self.get(f"/enrollments/{number}/changes/{identifier}")

    def status(self, number: int = 10001) -> tuple[str, str]:
        info = self.change(number)["statusInfo"]
        return info["state"], info["status"]

    def give(self, segment: str, body: Any, content: str = "acknowledgement.v1", number: int = 10001) -> Reply:
        identifier = self.account.document["enrollments"][number - 10001]["changes"][-1]["id"]
        path = f"/enrollments/{number}/changes/{identifier}/input/update/{segment}"
        return self.send("POST", path, body, content=content)

    def info(self, segment: str, accept: str, number: int = 10001) -> Any:
        identifier = self.account.document["enrollments"][number - 10001]["changes"][-1]["id"]
        return self.get(f"/enrollments/{number}/changes/{identifier}/input/info/{segment}", accept)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World({"contracts": [{"contractId": "ctr_C-0N7RAC7"}], "enrollments": stock.enrollments(START)})
    monkeypatch.setattr(changes, "_active_networks", lambda account, set_id: made.active.get(set_id))
    monkeypatch.setattr(enrollments, "_live_host_names", lambda exchange, enrollment: made.live)
    return made


def slug(reply: Reply) -> str:
    return str(reply.body["type"]).rpartition("/")[2]


def bound(world: World) -> list[tuple[int, str, list[int], list[int]]]:
    return [
        (item["enrollmentId"], item["setId"], item["stagingSlots"], item["productionSlots"])
        for item in links.bindings(world.account)
    ]


def test_the_stock_has_one_deployed_enrollment_of_each_type(world: World) -> None:
    listed = world.get("/enrollments?contractId=ctr_C-0N7RAC7")["enrollments"]
    assert [(item["id"], item["validationType"]) for item in listed] == [
        (10001, "dv"),
        (10002, "third-party"),
        (10003, "ov"),
        (10004, "ev"),
    ]
    assert all(item["networkConfiguration"]["clientMutualAuthentication"] is None for item in listed)
    assert all(item["pendingChanges"] == [] for item in listed)
    deployed = world.get("/enrollments/10003/deployments")
    assert set(deployed) == {"production", "staging"}
    certificate = x509.load_pem_x509_certificate(deployed["production"]["primaryCertificate"]["certificate"].encode())
    assert certificate.subject.rfc4514_string().startswith("CN=ov.example.net")


def test_a_binding_reaches_staging_then_production(world: World) -> None:
    reply = world.bind()
    assert (reply.status, len(reply.body["changes"])) == (202, 1)
    assert world.enrollment()["networkConfiguration"]["clientMutualAuthentication"] == BINDING
    assert [item["changeType"] for item in world.enrollment()["pendingChanges"]] == ["modify-certificate"]
    seen = []
    for _ in range(6):
        seen.append((world.status()[1], bound(world)))
        world.advance()
    assert seen == [
        ("new", []),
        ("create-slot-files", []),
        ("deploy-changes-to-staging", []),
        ("live-check-action", [(10001, "1001", [12001], [])]),
        ("deploy-cert-to-production", [(10001, "1001", [12001], [])]),
        ("complete", [(10001, "1001", [12001], [12001])]),
    ]
    assert world.enrollment()["pendingChanges"] == []
    assert world.get("/enrollments/10001/history/changes")["changes"][0]["action"] == "update-network-configuration"


def test_many_steps_at_once_are_taken_each_at_its_own_time(world: World) -> None:
    world.bind()
    world.advance(10_000)
    change = world.account.document["enrollments"][0]["changes"][-1]
    assert (change["status"], change["lastUpdated"]) == ("complete", "2026-11-24T09:00:50Z")


def test_put_really_replaces(world: World) -> None:
    body = world.enrollment()
    kept = ("geography", "secureNetwork", "sniOnly", "quicEnabled")
    body["networkConfiguration"] = {name: body["networkConfiguration"][name] for name in kept}
    body = {
        name: body[name]
        for name in ("ra", "validationType", "certificateType", "changeManagement", "networkConfiguration", "csr")
    }
    assert world.put(body | {"enableMultiStackedCertificates": False}).status == 202
    after = world.enrollment()
    assert (after["adminContact"], after["org"], after["signatureAlgorithm"]) == (None, None, "SHA-256")
    network = after["networkConfiguration"]
    assert (network["mustHaveCiphers"], network["ocspStapling"]) == ("ak-akamai-default", "not-set")
    assert (network["dnsNameSettings"], network["disallowedTlsVersions"]) == (None, [])


def test_what_a_put_needs_decides_the_answer(world: World) -> None:
    same = world.enrollment(10002)
    assert (world.put(same, number=10002).status, world.put(same, number=10002).body["changes"]) == (200, [])
    contact = copy.deepcopy(same)
    contact["techContact"]["firstName"] = "Other"
    assert world.put(contact, number=10002).status == 200
    sans = copy.deepcopy(contact)
    sans["csr"]["sans"].append("new.example.com")
    assert world.put(sans, number=10002).status == 202
    assert world.enrollment(10002)["pendingChanges"][0]["changeType"] == "modify-san"
    assert world.enrollment(10002)["csr"]["sans"][-1] == "new.example.com"


def change_sni(body: Any) -> None:
    body["networkConfiguration"]["sniOnly"] = not body["networkConfiguration"]["sniOnly"]
    body["networkConfiguration"]["dnsNameSettings"] = None


BAD_BODIES = {
    "unknown key": lambda body: body.update(surprise=1),
    "unknown key deep": lambda body: body["csr"].update(surprise=1),
    "key of the server's own document": lambda body: body.update(deployed={}),
    "extra key in pendingChanges": lambda body: body["pendingChanges"].append({"location": "/x", "state": "new"}),
    "missing flag": lambda body: body.pop("enableMultiStackedCertificates"),
    "missing cn": lambda body: body["csr"].pop("cn"),
    "wrong type": lambda body: body.update(changeManagement="false"),
    "a number for a flag": lambda body: body["networkConfiguration"].update(quicEnabled=0),
    "wrong enum": lambda body: body.update(ra="nobody"),
    "null object": lambda body: body.update(csr=None),
    "sniOnly": change_sni,
    "secureNetwork": lambda body: body["networkConfiguration"].update(secureNetwork="standard-tls"),
    "no host name": lambda body: body["csr"].update(sans=["\ud800"]),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_put_refuses(world: World, name: str) -> None:
    body = world.enrollment()
    body["enableMultiStackedCertificates"] = False
    BAD_BODIES[name](body)
    before = copy.deepcopy(world.account.document)
    reply = world.put(body)
    assert (reply.status, slug(reply)) == (400, "invalid-request")
    assert world.account.document == before


def test_a_member_that_only_the_server_knows_may_be_sent_back(world: World) -> None:
    world.account.document["enrollments"][1]["networkConfiguration"]["newer"] = {"a": 1}
    body = world.enrollment(10002)
    assert world.put(body, number=10002).status == 202
    assert world.enrollment(10002)["networkConfiguration"]["newer"] == {"a": 1}
    world.account.document["enrollments"][2]["newer"] = True
    body = world.enrollment(10003) | {"enableMultiStackedCertificates": False}
    del body["newer"]
    assert world.put(body, number=10003).status == 200
    assert "newer" not in world.enrollment(10003)


def test_v11_neither_shows_nor_takes_fips_mode(world: World) -> None:
    body = copy.deepcopy(world.get("/enrollments/10002", "enrollment.v11"))
    assert "fipsMode" not in body["networkConfiguration"]
    assert world.put(body, number=10002, content="enrollment.v11").status == 200
    body["networkConfiguration"]["fipsMode"] = False
    assert world.put(body, number=10002, content="enrollment.v11").status == 400
    assert world.put(body, number=10002).status == 200


def test_a_pending_change_blocks_unless_it_may_be_cancelled(world: World) -> None:
    world.bind()
    first = world.enrollment()["pendingChanges"][0]["location"].rpartition("/")[2]
    blocked = world.bind(set_id="1001")
    assert (blocked.status, slug(blocked)) == (409, "cannot-cancel-pending-change")
    assert "status" not in blocked.body
    assert blocked.body["instance"].startswith(blocked.body["type"] + "?id=")
    assert world.bind(query="?allow-cancel-pending-changes=true").status == 202
    assert world.get(f"/enrollments/10001/changes/{first}")["statusInfo"]["state"] == "cancelled"
    assert len(world.enrollment()["pendingChanges"]) == 1


@pytest.mark.parametrize(("mode", "status"), [("409", 409), ("500", 500), ("off", 202)])
def test_a_deployment_under_way_cannot_be_cancelled(world: World, mode: str, status: int) -> None:
    world.switches["cps_uncancellable"] = mode
    world.bind()
    world.advance(times=2)
    assert world.status() == ("running", "deploy-changes-to-staging")
    assert world.bind(query="?allow-cancel-pending-changes=true").status == status


def test_cancelling_leaves_the_wish_and_another_put_deploys_it(world: World) -> None:
    world.bind()
    location = world.enrollment()["pendingChanges"][0]["location"].removeprefix("/cps/v2")
    assert world.send("DELETE", location).status == 200
    assert world.enrollment()["networkConfiguration"]["clientMutualAuthentication"] == BINDING
    world.advance(times=9)
    assert bound(world) == []
    assert world.bind().status == 202
    world.switches["cps_cancelled_change"] = "revert"
    location = world.enrollment()["pendingChanges"][0]["location"].removeprefix("/cps/v2")
    assert world.send("DELETE", location).status == 200
    assert world.enrollment()["networkConfiguration"]["clientMutualAuthentication"] is None


@pytest.mark.parametrize("set_id", ["1002", "77", "Custom_CPS-6134b_B-3-1AHBENT.xml"])
def test_a_set_that_is_not_active_on_both_networks(world: World, set_id: str) -> None:
    reply = world.bind(10003, set_id=set_id)
    assert (reply.status, slug(reply)) == (400, "invalid-network-configuration")
    assert reply.body["detail"].startswith("Invalid network configuration - ")
    world.switches["cps_ca_set_refusal"] = "change"
    assert world.bind(10003, set_id=set_id).status == 202
    world.advance()
    assert world.change(10003)["statusInfo"]["error"]["code"] == "invalid-network-configuration"
    assert world.status(10003)[0] == "error"


def test_a_staging_only_set_waits_for_production(world: World) -> None:
    world.switches["cps_staging_only_ca_set"] = "ov_ev"
    assert world.bind(10001, set_id="1002").status == 400
    assert world.bind(10003, set_id="1002", changeManagement=True).status == 202
    world.advance(times=4)
    assert world.status(10003) == ("awaiting-input", "wait-ack-change-management")
    assert world.give("change-management-ack", {"acknowledgement": "acknowledge"}, number=10003).status == 200
    world.advance(10_000, times=3)
    assert world.status(10003) == ("running", "deploy-cert-to-production")
    world.active["1002"].add("PRODUCTION")
    world.advance()
    assert world.status(10003) == ("completed", "complete")


def test_change_management_needs_the_present_hash(world: World) -> None:
    world.bind(changeManagement=True)
    world.advance(times=4)
    old = world.info("change-management-info", "change-management-info.v5")
    new = world.info("change-management-info", "change-management-info.v6")
    assert old["pendingState"]["pendingNetworkConfiguration"]["sniOnly"] == "true"
    assert new["pendingState"]["pendingNetworkConfiguration"]["sniOnly"] is True
    assert "setId" not in json.dumps(new)
    assert old["acknowledgementDeadline"] == "2026-11-28T09:00:40Z"
    content = "acknowledgement-with-hash.v1"
    body = {"acknowledgement": "acknowledge", "hash": "0" * 40}
    assert slug(world.give("change-management-ack", body, content)) == "invalid-enrollment-state"
    body["hash"] = new["validationResultHash"]
    assert world.give("change-management-ack", body, content).status == 200
    assert slug(world.give("change-management-ack", body, content)) == "not-found"


def test_change_management_goes_on_by_itself_after_its_deadline(world: World) -> None:
    world.bind(changeManagement=True)
    world.advance(times=4)
    world.advance(dt.timedelta(days=4).total_seconds() + STEP)
    assert world.status() == ("completed", "complete")


def test_warnings_stop_a_change_until_acknowledged(world: World) -> None:
    world.account.document["enrollments"][0]["verificationWarnings"] = {"pre": "first\nsecond", "post": None}
    world.bind()
    early = world.give("pre-verification-warnings-ack", {"acknowledgement": "acknowledge"})
    assert (early.status, slug(early)) == (409, "invalid-enrollment-state")
    world.advance()
    awaited = world.change()["allowedInput"][0]
    assert (awaited["type"], awaited["requiredToProceed"]) == ("pre-verification-warnings-acknowledgement", True)
    assert awaited["update"].endswith("/input/update/pre-verification-warnings-ack")
    assert world.info("pre-verification-warnings", "warnings.v1") == {"warnings": "first\nsecond"}
    assert world.give("pre-verification-warnings-ack", {"acknowledgement": "deny"}).status == 200
    assert world.status()[0] == "suspended"
    assert world.change()["allowedInput"] == []
    assert world.enrollment()["pendingChanges"] != []


def test_polls_may_lag_behind(world: World) -> None:
    world.switches.update(cps_pre_verification_warnings="on", cps_allowed_input_lag="on", cps_acknowledgement_lag="on")
    world.bind()
    world.advance()
    assert [len(world.change()["allowedInput"]) for _ in range(3)] == [0, 1, 1]
    world.give("pre-verification-warnings-ack", {"acknowledgement": "acknowledge"})
    assert [world.status()[0] for _ in range(2)] == ["awaiting-input", "running"]


def test_the_schedule_holds_a_deployment_back(world: World) -> None:
    assert world.bind(query="?deploy-not-before=2026-11-26&deploy-not-after=2026-11-27").status == 202
    schedule = world.change()["statusInfo"]["deploymentSchedule"]
    assert schedule == {"notBefore": "2026-11-26T00:00:00Z", "notAfter": "2026-11-27T23:59:59Z"}
    world.advance(3600)
    assert world.status() == ("running", "create-slot-files")
    location = world.enrollment()["pendingChanges"][0]["location"].removeprefix("/cps/v2") + "/deployment-schedule"
    body = {"notBefore": None, "notAfter": None}
    assert world.send("PUT", location, body, content="deployment-schedule.v1").status == 200
    assert world.get(location) == body
    world.advance(0)
    assert world.status()[1] == "complete"


def test_a_late_schedule_fails_the_deployment(world: World) -> None:
    world.bind(query="?deploy-not-after=2026-11-23")
    world.advance(times=3)
    assert world.change()["statusInfo"]["error"]["code"] == "deployment-schedule-missed"


def test_the_renewal_window(world: World) -> None:
    world.time = START + dt.timedelta(days=61)
    reply = world.bind()
    assert (reply.status, slug(reply)) == (409, "renewal-window")
    contact = world.enrollment() | {"enableMultiStackedCertificates": False, "techContact": None}
    assert world.put(contact).status == 200
    assert world.bind(query="?renewal-date-check-override=true").status == 202


def test_removal(world: World) -> None:
    world.live = ["a.example.com", "b.example.com"]
    refused = world.send("DELETE", "/enrollments/10001")
    assert (refused.status, slug(refused)) == (409, "certificate-live-on-network")
    assert refused.body["detail"].endswith("found on network: [a.example.com, b.example.com]")
    world.live = []
    reply = world.send("DELETE", "/enrollments/10001")
    assert (reply.status, len(reply.body["changes"])) == (202, 1)
    assert world.enrollment()["pendingChanges"][0]["changeType"] is None
    world.advance(times=3)
    gone = world.send("GET", "/enrollments/10001")
    assert (gone.status, gone.body["title"]) == (404, "Not Found")


def new_body(world: World, name: str, number: int = 10001) -> Any:
    body = world.enrollment(number) | {"enableMultiStackedCertificates": False}
    body["csr"] |= {"cn": name, "sans": [name]}
    return body


def test_creation_of_a_domain_validated_enrollment(world: World) -> None:
    target = "/enrollments?contractId=C-0N7RAC7"
    body = new_body(world, "fresh.example.com")
    bad = copy.deepcopy(body)
    bad["networkConfiguration"]["clientMutualAuthentication"] = BINDING
    assert slug(world.send("POST", target, bad)) == "invalid-network-configuration"
    assert slug(world.send("POST", target, new_body(world, "www.example.com"))) == "duplicate-common-name"
    reply = world.send("POST", target, body)
    assert reply.body["enrollment"] == "/cps/v2/enrollments/10005"
    assert slug(world.send("POST", target, new_body(world, "again.example.com"))) == "enrollment-creation-limit"
    assert world.send("GET", "/enrollments/10005/deployments/staging").status == 404
    world.switches["cps_missing_deployment"] = "null"
    assert world.send("GET", "/enrollments/10005/deployments/staging").body == b"null"
    assert world.get("/enrollments/10005/deployments") == {"production": None, "staging": None}
    assert world.bind(10005, "?allow-cancel-pending-changes=true").status == 202
    world.advance(times=3)
    assert world.status(10005)[1] == "coordinate-domain-validation"
    domain = world.info("lets-encrypt-challenges", "dv-challenges.v2", 10005)["dv"][0]
    assert [item["type"] for item in domain["challenges"]] == ["http-01", "dns-01"]
    assert (
        world.give("lets-encrypt-challenges-completed", {"acknowledgement": "acknowledge"}, number=10005).status == 200
    )
    world.advance(times=5)
    assert world.status(10005) == ("completed", "complete")
    assert bound(world) == [(10005, "1001", [12005], [12005])]
    assert world.get("/enrollments/10005/deployments/production")["primaryCertificate"]["keyAlgorithm"] == "ECDSA"


def test_cancelling_the_only_change_of_a_new_enrollment_removes_it(world: World) -> None:
    world.send("POST", "/enrollments?contractId=C-0N7RAC7", new_body(world, "fresh.example.com"))
    location = world.enrollment(10005)["pendingChanges"][0]["location"].removeprefix("/cps/v2")
    assert world.send("DELETE", location).status == 200
    assert world.send("GET", "/enrollments/10005").status == 404
    world.advance(301)
    reply = world.send("POST", "/enrollments?contractId=C-0N7RAC7", new_body(world, "fresh.example.com"))
    assert reply.body["enrollment"].endswith("/10006")


def test_third_party_upload(world: World) -> None:
    body = world.enrollment(10002)
    body["csr"]["sans"].append("new.example.com")
    world.put(body, number=10002)
    world.advance(times=3)
    assert world.status(10002) == ("awaiting-input", "wait-upload-third-party")
    first = world.info("third-party-csr", "csr.v2", 10002)["csrs"]
    assert [item["keyAlgorithm"] for item in first] == ["RSA"]
    assert world.put(body, "?allow-cancel-pending-changes=true", 10002).status == 202
    world.advance(times=3)
    csr = world.info("third-party-csr", "csr.v2", 10002)["csrs"][0]
    assert csr != first[0]
    for source, status in ((first[0]["csr"], 400), (csr["csr"], 200)):
        item = {"certificate": sign(source), "trustChain": None, "keyAlgorithm": "RSA"}
        reply = world.give(
            "third-party-cert-and-trust-chain",
            {"certificatesAndTrustChains": [item]},
            "certificate-and-trust-chain.v2",
            10002,
        )
        assert reply.status == status, reply.body
    world.advance(times=5)
    assert world.status(10002) == ("completed", "complete")
    deployed = world.get("/enrollments/10002/deployments/production")
    assert deployed["primaryCertificate"]["certificate"] == item["certificate"]
    history = world.get("/enrollments/10002/history/certificates")["certificates"]
    assert [entry["deploymentStatus"] for entry in history] == ["active", "inactive"]


def sign(request: str) -> str:
    csr = x509.load_pem_x509_csr(request.encode())
    builder = x509.CertificateBuilder(csr.subject, csr.subject, csr.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(START).not_valid_after(START + dt.timedelta(days=100))
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def test_staging_bypass_changes_production_only(world: World) -> None:
    assert world.bind(query="?allow-staging-bypass=true").status == 202
    world.advance(times=4)
    assert world.status()[1] == "complete"
    assert bound(world) == [(10001, "1001", [], [12001])]


def test_staging_bypass_reaches_a_running_change_too(world: World) -> None:
    world.put(world.enrollment(10002) | {"csr": world.enrollment(10002)["csr"] | {"ou": "Other"}}, number=10002)
    running = world.enrollment(10002)["pendingChanges"]
    reply = world.bind(10002, "?allow-staging-bypass=true")
    assert (reply.status, reply.body["changes"]) == (202, [running[0]["location"]])
    assert bound(world) == [(10002, "1001", [], [12002])]
    assert (
        world.account.document["enrollments"][1]["changes"][-1]["target"]["networkConfiguration"][
            "clientMutualAuthentication"
        ]
        == BINDING
    )


def test_a_failed_change_blocks_until_it_is_cancelled(world: World) -> None:
    world.switches["cps_error_at"] = "deploy-changes-to-staging"
    world.bind()
    world.advance(times=3)
    error = world.change()["statusInfo"]["error"]
    assert (error["code"], error["timestamp"]) == ("emulated-failure", "2026-11-24T09:00:20Z")
    world.switches["cps_error_at"] = "none"
    assert world.bind().status == 409
    world.switches["cps_failed_change"] = "gone"
    assert world.enrollment()["pendingChanges"] == []
    assert world.bind().status == 202


def test_a_429_is_no_ordinary_problem(world: World) -> None:
    call = Call(world, world.account, "automation", "GET", "/cps/v2/enrollments", [], {}, b"")
    reply = SERVICE.rate_limited(call, 35, 0, 20.2)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "21")
    assert reply.body == {
        "type": "429 Too Many Requests",
        "title": "Too Many Requests",
        "detail": "You have exhausted your API Request Quota. Retry after: 21 seconds.",
    }
    world.switches["cps_rate_limit_body"] = "text"
    assert isinstance(SERVICE.rate_limited(call, 35, 0, 20.2).body, bytes)
