# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two whole lives of a property, as an official client leads them: clients.md 4."""

from __future__ import annotations

from typing import Any

from .clients import line
from .harness import PAPI, Client, House
from .papi_harness import (
    AUTH,
    BASIC,
    CONTRACT,
    ENFORCE,
    GROUP,
    LOG,
    NEW_CRITERION,
    OLD_CRITERION,
    Document,
    custom,
    host,
    options,
    switch,
    tree,
)

START = "papi"
IDS = f"contractId={CONTRACT}&groupId={GROUP}"
FINISHED = {"ACTIVE", "FAILED", "ABORTED", "INACTIVE", "DEACTIVATED"}


class Provider:
    """What the official Terraform provider does: exact statuses, both media types on everything, ids from links."""

    def __init__(self, house: House, rule_format: str) -> None:
        self.house = house
        self.client: Client = house.client()
        self.rule_format = rule_format
        self.property_id = ""

    def call(
        self, method: str, path: str, body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Document:
        media = {"Content-Type": "application/json", "PAPI-Use-Prefixes": "true", **(headers or {})}
        answer = self.client.send(method, PAPI + path, body, media, redirects=method == "GET")
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        document: Document = answer.json()
        return document

    def path(self, rest: str) -> str:
        return f"/properties/{self.property_id}{rest}?{IDS}"

    def create(self, name: str) -> None:
        edge = {"productId": "prd_Fresca", "domainPrefix": f"{name}.example.com", "domainSuffix": "edgekey.net"}
        edge |= {"secureNetwork": "ENHANCED_TLS", "ipVersionBehavior": "IPV4"}
        link = self.call(
            "POST", f"/edgehostnames?{IDS}", {**edge, "certEnrollmentId": 10001, "slotNumber": 1}, status=201
        )["edgeHostnameLink"]
        edge_id = link.split("?")[0].rsplit("/", 1)[-1]
        shown = self.call("GET", f"/edgehostnames/{edge_id}?{IDS}")["edgeHostnames"]["items"][0]
        assert shown["edgeHostnameDomain"] == f"{name}.example.com.edgekey.net"
        code = {"productId": "prd_Fresca", "cpcodeName": name}
        assert self.call("POST", f"/cpcodes?{IDS}", code, status=201)["cpcodeLink"]
        body = {"productId": "prd_Fresca", "propertyName": name, "ruleFormat": self.rule_format}
        link = self.call("POST", f"/properties?{IDS}", body, status=201)["propertyLink"]
        self.property_id = link.split("?")[0].rsplit("/", 1)[-1]
        self.hostnames([host(f"{name}.example.com", cnameTo=f"{name}.example.com.edgekey.net")])

    def read(self) -> Document:
        item: Document = self.call("GET", self.path(""))["properties"]["items"][0]
        return item

    def latest(self) -> Document:
        item: Document = self.call("GET", self.path("/versions/latest"))["versions"]["items"][0]
        return item

    def hostnames(self, items: list[Document]) -> None:
        version = self.editable()
        path = self.path(f"/versions/{version}/hostnames") + "&validateHostnames=false&includeCertStatus=false"
        shown = self.call("PUT", path, items)["hostnames"]["items"]
        assert [item["cnameFrom"] for item in shown] == [item["cnameFrom"] for item in items]

    def editable(self) -> int:
        """The latest version if both its statuses are INACTIVE, else a new one made from it (5.5)."""
        item = self.latest()
        if item["stagingStatus"] == item["productionStatus"] == "INACTIVE":
            return int(item["propertyVersion"])
        body = {"createFromVersion": item["propertyVersion"], "createFromVersionEtag": item["etag"]}
        link = self.call("POST", self.path("/versions"), body, status=201)["versionLink"]
        return int(link.split("?")[0].rsplit("/", 1)[-1])

    def rules(self, rules: Document) -> int:
        """Write a tree and see that reading it back shows no difference to forgive."""
        version = self.editable()
        media = f"application/vnd.akamai.papirules.{self.rule_format}+json"
        path = self.path(f"/versions/{version}/rules")
        saved = self.call("PUT", path, {"rules": rules, "comments": "by hand"}, headers={"Content-Type": media})
        assert not saved.get("errors"), saved["errors"]
        shown = self.call("GET", path + "&validateMode=full&validateRules=true")
        assert shown["ruleFormat"] == self.rule_format
        assert plain(shown["rules"]) == plain(rules)
        return version

    def activate(self, version: int, network: str, kind: str = "ACTIVATE") -> None:
        body = {"propertyVersion": version, "network": network, "activationType": kind, "note": "by hand"}
        body |= {"notifyEmails": ["ops@example.com"], "acknowledgeAllWarnings": True}
        link = self.call("POST", self.path("/activations"), body, status=201)["activationLink"]
        activation_id = link.split("?")[0].rsplit("/", 1)[-1]
        for _ in range(100):
            item = self.call("GET", self.path(f"/activations/{activation_id}"))["activations"]["items"][0]
            assert item["submitDate"].endswith("Z")
            if item["status"] in FINISHED:
                break
            self.house.control.advance(60)
        assert item["status"] == "ACTIVE", item

    def delete(self) -> None:
        assert self.call("DELETE", self.path(""))["message"]


def plain(node: Any) -> Any:
    """A tree without what Terraform forgives: null options, empty lists, `criteriaMustSatisfy: all`."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    forgiven: tuple[Any, ...] = (None, [])
    return {
        name: plain(value)
        for name, value in node.items()
        if value not in forgiven and (name, value) != ("criteriaMustSatisfy", "all")
    }


def live(provider: Provider, criterion: Document) -> None:
    """Create, activate, change, activate, take mTLS out, activate, deactivate, delete."""
    provider.create("lively")
    first = provider.rules(tree())
    provider.activate(first, "STAGING")
    provider.activate(first, "PRODUCTION")
    second = provider.rules(tree({**BASIC, "behaviors": [options(ENFORCE)]}))
    assert second == first + 1
    provider.activate(second, "STAGING")
    item = provider.read()
    assert (item["stagingVersion"], item["productionVersion"]) == (second, first)
    third = provider.rules(tree(custom(criterion)))
    assert third == second + 1
    provider.activate(third, "STAGING")
    provider.activate(third, "PRODUCTION")
    fourth = provider.rules(tree())
    provider.activate(fourth, "STAGING")
    provider.activate(fourth, "PRODUCTION")
    for network in ("STAGING", "PRODUCTION"):
        provider.activate(fourth, network, "DEACTIVATE")
    item = provider.read()
    assert (item["stagingVersion"], item["productionVersion"], item["latestVersion"]) == (None, None, fourth)
    provider.delete()


@line("4", "create a property")
@line("4", "activation")
@line("4", "deactivation")
@line("4", "delete one")
def test_a_life_on_a_middle_format(house: House) -> None:
    switch("papi_normalise", "off")(house)
    live(Provider(house, "v2025-10-16"), OLD_CRITERION)


@line("4", "create a property")
@line("4", "activation")
@line("4", "deactivation")
@line("4", "delete one")
def test_a_life_from_v2026_02_16_on(house: House) -> None:
    switch("papi_normalise", "off")(house)
    live(Provider(house, "v2026-02-16"), NEW_CRITERION)


def test_the_ids_may_be_left_out_where_clients_leave_them_out(house: House) -> None:
    provider = Provider(house, "v2025-10-16")
    provider.create("lively")
    path = f"/properties/{provider.property_id}"
    assert provider.call("GET", path)["properties"]["items"][0]["latestVersion"] == 1
    assert provider.call("GET", f"{path}/activations")["activations"]["items"] == []
    assert provider.call("DELETE", path)["message"]


def test_the_features_of_the_guide_come_back_as_sent(house: House) -> None:
    """With normalisation off nothing is added to, or taken from, the options the guide names (9.1, 9.2)."""
    switch("papi_normalise", "off")(house)
    provider = Provider(house, "v2025-10-16")
    provider.create("lively")
    sent = tree({**custom(OLD_CRITERION)})
    provider.rules(sent)
    path = provider.path("/versions/1/rules")
    child = provider.call("GET", path)["rules"]["children"][0]["children"][0]
    assert child["behaviors"] == [AUTH, LOG]
    assert child["criteria"] == [OLD_CRITERION]
