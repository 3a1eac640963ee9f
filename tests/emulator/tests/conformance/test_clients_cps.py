# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What official clients insist on with CPS, row by row, and their whole ways (clients.md 3)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .certificates import pem
from .clients import Go, last, line
from .cps_worlds import (
    DV,
    ENROLLMENTS,
    EV,
    FINAL,
    KINDS,
    NEW_ENROLLMENT,
    OV,
    STEP,
    THIRD_PARTY,
    accepted,
    network,
    put,
    sans,
    vnd,
)
from .harness import Facts, House
from .test_cps_inputs import issue

Document = dict[str, Any]
STATUS, ENROLLMENT, CHANGE = vnd("enrollment-status.v1"), vnd("enrollment.v11"), vnd("change.v2")
ACKNOWLEDGE = {"acknowledgement": "acknowledge"}
OPTIONS = {"sendCaListToClient": True, "ocsp": {"enabled": True}}
# Members of an answer that only the server has.
SERVER = ("id", "location", "assignedSlots", "productionSlots", "stagingSlots", "pendingChanges")


class Terraform:
    """The provider's way with one enrollment: exact statuses, `status` texts, the first allowed input alone."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.go = Go(house)
        self.number = 0

    @property
    def path(self) -> str:
        return f"{ENROLLMENTS}/{self.number}"

    def read(self) -> Document:
        found: Document = self.go.call("GET", self.path, 200, accept=ENROLLMENT)
        return found

    def write(self, method: str, path: str, status: int, body: Document) -> Document:
        found: Document = self.go.call(method, path, status, body, accept=STATUS, content=ENROLLMENT)
        return found

    def create(self, body: Document, query: str = "contractId=ctr_C-0N7RAC7") -> int:
        made = self.write("POST", f"{ENROLLMENTS}?{query}", 202, body)
        self.number = int(last(made["enrollment"]))
        return int(last(made["changes"][0]))

    def bind(self, ca_set: str) -> int:
        """At once after the creation: the read document with the block, pending changes cancelled."""
        body = {name: value for name, value in self.read().items() if name not in SERVER}
        body.setdefault("enableMultiStackedCertificates", False)
        body["networkConfiguration"]["clientMutualAuthentication"] = {"setId": ca_set, "authenticationOptions": OPTIONS}
        made = self.write("PUT", f"{self.path}?allow-cancel-pending-changes=true", 202, body)
        return int(last(made["changes"][0]))

    def pending(self) -> int:
        """The change the provider looks at: the first."""
        return int(last(self.read()["pendingChanges"][0]["location"]))

    def change(self, number: int) -> Document:
        found: Document = self.go.call("GET", f"{self.path}/changes/{number}", 200, accept=CHANGE)
        assert not (found["statusInfo"]["error"] or {}).get("description"), found
        return found

    def wait(self, number: int, *statuses: str) -> str:
        for _ in range(40):
            found = self.change(number)
            status: str = found["statusInfo"]["status"]
            if status in statuses and (status == "complete" or found["allowedInput"]):
                return status
            self.house.control.advance(STEP)
        raise AssertionError(f"none of {statuses}: {found}")

    def give(self, number: int, segment: str, body: Document, kind: str = "acknowledgement.v1") -> None:
        path = f"{self.path}/changes/{number}/input/update/{segment}"
        self.go.call("POST", path, 200, body, accept=vnd("change-id.v1"), content=vnd(kind))

    def info(self, number: int, segment: str, kind: str) -> Document:
        path = f"{self.path}/changes/{number}/input/info/{segment}"
        found: Document = self.go.call("GET", path, 200, accept=vnd(kind))
        return found

    def delete(self) -> None:
        answer = self.go.send("DELETE", f"{self.path}?allow-cancel-pending-changes=true", accept=STATUS)
        assert answer.status_code in (200, 202), answer.text
        assert last(answer.json()["enrollment"]) == str(self.number)
        for _ in range(40):
            answer = self.go.send("GET", self.path, accept=ENROLLMENT)
            if answer.status_code == 404:
                assert answer.json()["title"] == "Not Found"
                return
            assert answer.status_code == 200
            self.house.control.advance(STEP)
        raise AssertionError("the enrollment does not go")


def third_party() -> Document:
    """A body for an enrollment whose certificate the user brings."""
    body = copy.deepcopy(NEW_ENROLLMENT)
    return body | {"ra": "third-party", "validationType": "third-party", "certificateType": "third-party"}


@line("3", "create")
@line("3", "polling")
@line("3", "delete")
def test_a_life_with_validated_domains(running: House) -> None:
    facts, terraform = running.enter("set active on both"), Terraform(running)
    first = terraform.create(NEW_ENROLLMENT)
    second = terraform.bind(facts["set"])
    assert second != first
    assert terraform.pending() == second
    assert terraform.wait(second, "coordinate-domain-validation") == "coordinate-domain-validation"
    shown = terraform.info(second, "lets-encrypt-challenges", "dv-challenges.v2")["dv"]
    assert {item["domain"] for item in shown if item["validationStatus"] != "VALIDATED"} == {"new.example.com"}
    terraform.give(second, "lets-encrypt-challenges-completed", ACKNOWLEDGE)
    assert terraform.wait(second, "complete") == "complete"
    block = terraform.read()["networkConfiguration"]["clientMutualAuthentication"]
    assert block == {"setId": facts["set"], "authenticationOptions": OPTIONS}
    terraform.delete()


@line("3", "create")
@line("3", "polling")
@line("3", "third party")
@line("3", "delete")
@line("3", "change history")
def test_a_life_with_a_certificate_of_ones_own(running: House) -> None:
    facts, terraform = running.enter("set active on both"), Terraform(running)
    terraform.create(third_party(), "contractId=C-0N7RAC7")
    change = terraform.bind(facts["set"])
    assert terraform.wait(change, "wait-upload-third-party") == "wait-upload-third-party"
    requests = terraform.info(change, "third-party-csr", "csr.v2")["csrs"]
    assert {item["keyAlgorithm"] for item in requests} <= {"RSA", "ECDSA"}
    chain = pem()
    leaves = [
        {"certificate": issue(item["csr"]), "trustChain": chain, "keyAlgorithm": item["keyAlgorithm"]}
        for item in requests
    ]
    kind = "certificate-and-trust-chain.v2"
    terraform.give(change, "third-party-cert-and-trust-chain", {"certificatesAndTrustChains": leaves}, kind)
    if terraform.wait(change, "complete", "wait-review-third-party-cert") != "complete":
        terraform.give(change, "post-verification-warnings-ack", ACKNOWLEDGE)
        terraform.wait(change, "complete")
    history = terraform.go.call("GET", f"{terraform.path}/history/changes", 200, accept=vnd("change-history.v5"))
    first = next(item for item in history["changes"] if item["primaryCertificate"] or item["multiStackedCertificates"])
    shown = [item for item in (first["primaryCertificate"], *first["multiStackedCertificates"]) if item]
    assert [item["certificate"].strip() for item in shown] == [leaf["certificate"].strip() for leaf in leaves]
    for item in shown:
        assert {"certificate", "trustChain", "csr", "keyAlgorithm"} <= set(item)
        assert item["trustChain"].strip() == chain.strip()
    terraform.delete()


@line("3", "create")
@pytest.mark.parametrize("contract", ["C-0N7RAC7", "ctr_C-0N7RAC7"])
@pytest.mark.parametrize("more", ["", "&allow-duplicate-cn=true"])
def test_creation(running: House, contract: str, more: str) -> None:
    running.enter("stock")
    body = NEW_ENROLLMENT
    if more:  # the name that the stock has already
        body = copy.deepcopy(body)
        body["csr"]["cn"], body["csr"]["sans"] = "www.example.com", []
    Terraform(running).create(body, f"contractId={contract}{more}")


@line("3", "ids and links")
def test_ids_and_links(running: House) -> None:
    running.enter("binding pending")
    go = Go(running)
    listed = go.call("GET", f"{ENROLLMENTS}?contractId=C-0N7RAC7", 200, accept=vnd("enrollments.v11"))["enrollments"]
    assert len(listed) == 4
    for item in listed:
        assert type(item["id"]) is int
        assert type(item["orgId"]) in (int, type(None))
        assert int(last(item["location"])) == item["id"]
        assert all(last(change["location"]).isdigit() for change in item["pendingChanges"])
    bound = next(item for item in listed if item["id"] == DV)["networkConfiguration"]["clientMutualAuthentication"]
    assert type(bound["setId"]) is str
    made = go.call("DELETE", f"{ENROLLMENTS}/{OV}", 202, accept=STATUS)
    assert int(last(made["enrollment"])) == OV
    assert all(last(link).isdigit() for link in made["changes"])


@line("3", "never null in GET")
@pytest.mark.parametrize("number", KINDS, ids=KINDS.values())
def test_never_null(running: House, number: int) -> None:
    running.enter("stock")
    shown = Go(running).call("GET", f"{ENROLLMENTS}/{number}", 200, accept=ENROLLMENT)
    for name in ("adminContact", "techContact", "org", "csr", "networkConfiguration"):
        assert isinstance(shown[name], dict), name


@line("3", "never null in GET")
def test_both_options_once_the_block_is_there(running: House) -> None:
    facts, terraform = running.enter("set active on both"), Terraform(running)
    terraform.number = DV
    assert put(running, DV, network(clientMutualAuthentication={"setId": facts["set"]})).status_code == 202
    shown = terraform.read()["networkConfiguration"]["clientMutualAuthentication"]
    assert shown["authenticationOptions"] == {"sendCaListToClient": False, "ocsp": {"enabled": False}}


@line("3", "`pendingChanges`")
def test_one_pending_change_at_a_time(running: House) -> None:
    running.enter("network change pending")
    terraform = Terraform(running)
    terraform.number = DV
    first = terraform.pending()
    assert set(terraform.read()["pendingChanges"][0]) == {"location", "changeType"}
    assert put(running, DV, network(quicEnabled=True)).status_code == 409
    second = accepted(put(running, DV, network(quicEnabled=True), query="?allow-cancel-pending-changes=true"))
    assert [last(item["location"]) for item in terraform.read()["pendingChanges"]] == [str(second)] != [str(first)]


@line("3", "polling")
def test_what_is_polled_for(running: House) -> None:
    """A warning that has to be reviewed, the end, and a change that can still be read after it."""
    running.enter("stock")
    running.control.switch(cps_post_verification_warnings="on")
    terraform = Terraform(running)
    terraform.number = OV
    change = accepted(put(running, OV, sans("more.ov.example.net")))
    assert terraform.wait(change, "wait-review-cert-warning") == "wait-review-cert-warning"
    assert terraform.change(change)["allowedInput"][0]["type"] == "post-verification-warnings-acknowledgement"
    terraform.give(change, "post-verification-warnings-ack", ACKNOWLEDGE)
    terraform.wait(change, "complete")
    running.control.advance(100 * STEP)
    info = terraform.change(change)["statusInfo"]
    assert (info["state"], info["status"]) == ("completed", "complete")


@line("3", "polling")
def test_a_failure_has_a_description(running: House) -> None:
    running.enter("stock")
    running.control.switch(cps_error_at="create-slot-files")
    change = accepted(put(running, OV, network(ocspStapling="off")))
    running.control.advance(20 * STEP)
    found = Go(running).call("GET", f"{ENROLLMENTS}/{OV}/changes/{change}", 200, accept=CHANGE)
    assert found["statusInfo"]["state"] in FINAL
    assert found["statusInfo"]["error"]["description"]


@line("3", "acknowledgements")
@pytest.mark.parametrize(
    ("given", "switch", "number", "segment", "statuses"),
    [
        ("change management waits", {}, OV, "change-management-ack", {200}),
        ("domains wait", {}, DV, "lets-encrypt-challenges-completed", {200, 202, 204}),
        ("stock", {"cps_pre_verification_warnings": "on"}, OV, "pre-verification-warnings-ack", {200, 202, 204}),
        ("stock", {"cps_post_verification_warnings": "on"}, OV, "post-verification-warnings-ack", {200}),
    ],
)
def test_acknowledgements(
    running: House, given: str, switch: dict[str, str], number: int, segment: str, statuses: set[int]
) -> None:
    """The upload: `test_a_life_with_a_certificate_of_ones_own`; with its hash: test_cps_inputs.py."""
    facts = running.enter(given)
    running.control.switch(**switch)
    change = facts.get("c") or accepted(put(running, number, network(ocspStapling="off")))
    path = f"{ENROLLMENTS}/{number}/changes/{change}"
    for _ in range(10):
        if Go(running).call("GET", path, 200, accept=CHANGE)["allowedInput"]:
            break
        running.control.advance(STEP)
    media = {"accept": vnd("change-id.v1"), "content": vnd("acknowledgement.v1")}
    answer = Go(running).send("POST", f"{path}/input/update/{segment}", ACKNOWLEDGE, **media)
    assert answer.status_code in statuses, answer.text


@line("3", "acknowledgements")
def test_cancelling(running: House) -> None:
    facts = running.enter("network change pending")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}"
    assert last(Go(running).call("DELETE", path, 200, accept=vnd("change-id.v1"))["change"]) == str(facts["c"])


@line("3", "change-management-info v5")
@pytest.mark.parametrize(("version", "kind"), [("v5", str), ("v6", bool)])
def test_texts_for_booleans(running: House, version: str, kind: type) -> None:
    facts = running.enter("change management waits")
    path = f"{ENROLLMENTS}/{OV}/changes/{facts['c']}/input/info/change-management-info"
    shown = Go(running).call("GET", path, 200, accept=vnd(f"change-management-info.{version}"))["pendingState"]
    block = shown["pendingNetworkConfiguration"]
    found = [block["quicEnabled"], block["sniOnly"], *(item["ocspStapled"] for item in shown["pendingCertificates"])]
    assert len(found) > 2
    assert {type(value) for value in found} == {kind}
    if kind is str:
        assert set(found) <= {"true", "false"}


@line("3", "DV challenges")
def test_challenges(running: House) -> None:
    facts = running.enter("domains wait")
    path = f"{ENROLLMENTS}/{DV}/changes/{facts['c']}/input/info/lets-encrypt-challenges"
    shown = Go(running).call("GET", path, 200, accept=vnd("dv-challenges.v2"))["dv"]
    assert {item["domain"] for item in shown} == {"www.example.com", "api.example.com", "more.example.com"}
    for item in shown:
        assert {"domain", "status", "validationStatus", "expires", "error", "challenges"} <= set(item)
        assert [one["type"] for one in item["challenges"]] == ["http-01", "dns-01"]
        for one in item["challenges"]:
            texts = ("fullPath", "redirectFullPath", "responseBody", "token")
            assert all(isinstance(one[name], str) for name in texts)
            assert isinstance(one["validationRecords"], list)
            assert one["status"] == ("valid" if item["validationStatus"] == "VALIDATED" else "pending")


@line("3", "third party")
def test_requests_for_a_certificate(running: House) -> None:
    """At the three statuses; the upload: `test_a_life_with_a_certificate_of_ones_own`."""
    facts: Facts = running.enter("upload waits")
    running.control.switch(cps_post_verification_warnings="on")
    terraform = Terraform(running)
    terraform.number = THIRD_PARTY
    change = accepted(put(running, THIRD_PARTY, sans("third.example.com"), query="?allow-cancel-pending-changes=true"))
    assert facts["c"] != change
    terraform.wait(change, "wait-upload-third-party")
    shown = terraform.info(change, "third-party-csr", "csr.v2")["csrs"]
    assert all(set(item) == {"csr", "keyAlgorithm"} for item in shown)
    leaves = [{"certificate": issue(item["csr"]), "keyAlgorithm": item["keyAlgorithm"]} for item in shown]
    kind = "certificate-and-trust-chain.v2"
    terraform.give(change, "third-party-cert-and-trust-chain", {"certificatesAndTrustChains": leaves}, kind)
    assert terraform.change(change)["statusInfo"]["status"] == "verify-third-party-cert"
    assert terraform.info(change, "third-party-csr", "csr.v2")["csrs"] == shown
    terraform.wait(change, "wait-review-third-party-cert")
    assert terraform.info(change, "third-party-csr", "csr.v2")["csrs"] == shown


@line("3", "delete")
@pytest.mark.parametrize(("given", "number"), [("change management waits", OV), ("stock", EV)])
def test_deletion(running: House, given: str, number: int) -> None:
    running.enter(given)
    terraform = Terraform(running)
    terraform.number = number
    terraform.delete()


@line("3", "echo")
@pytest.mark.parametrize(
    ("members", "of_network"),
    [
        ({"signatureAlgorithm": "SHA-256", "certificateChainType": "default"}, {"ocspStapling": "on"}),
        (
            {"signatureAlgorithm": "SHA-1", "certificateChainType": "symantec1kroot"},
            {
                "mustHaveCiphers": "ak-akamai-2020q1",
                "preferredCiphers": "ak-akamai-2018q3",
                "ocspStapling": "not-set",
                "dnsNameSettings": {"cloneDnsNames": True, "dnsNames": []},
            },
        ),
        ({}, {"dnsNameSettings": {"cloneDnsNames": False, "dnsNames": ["new.example.com"]}, "ocspStapling": "off"}),
    ],
)
def test_echo(running: House, members: Document, of_network: Document) -> None:
    running.enter("stock")
    terraform = Terraform(running)
    body = copy.deepcopy(third_party()) | members
    body["networkConfiguration"] |= of_network
    terraform.create(body)
    shown = terraform.read()
    assert {name: shown[name] for name in members} == members
    block = shown["networkConfiguration"]
    for name, value in of_network.items():
        if name == "dnsNameSettings":
            assert block[name]["cloneDnsNames"] == value["cloneDnsNames"]
        else:
            assert block[name] == value
