# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting states of properties. The set partners is bound to the certificates of both properties in all of them."""

from __future__ import annotations

import copy
from typing import Any

from in_process import House
from starts import ROOTS, STARTS, pems, start

MAIL = {"notify_emails": ["ops@example.com"]}
RULE_NAME = "Basic mTLS enforcement settings"
DENY = {
    "property_name": "www",
    "hostnames": ["www.example.com"],
    "ca_set_names": ["partners"],
    "enforcement": "deny",
}
LOG = {
    "property_name": "shop",
    "hostnames": ["shop.example.com"],
    "ca_set_names": ["partners"],
    "enforcement": "log",
}
NEW_HOST = {
    "property_name": "www",
    "hostnames": ["new.example.com"],
    "edge_hostname": "www.example.com.edgekey.net",
}
CCM_HOST = {
    "property_name": "www",
    "hostnames": ["ccm.example.com"],
    "edge_hostname": "www.example.com.edgekey.net",
    "certificate_type": "CCM",
    "ccm_certificates": {"rsa_cert_id": "10001"},
    "mtls": {"ca_set_name": "partners", "ocsp": True},
}
EDITS = {
    "property_name": "www",
    "edits": [
        {"mtls_rule": {key: value for key, value in DENY.items() if key != "property_name"}},
        {"hostname": {key: value for key, value in NEW_HOST.items() if key != "property_name"}},
    ],
}

#: Child rules of the user's own, in the shape of new rule formats: for failed checks, and for all requests.
OWN_CHILDREN = [
    {
        "name": "Count failures",
        "criteria": [{"name": "clientCertificate", "options": {"enforceMtls": "FAIL"}}],
        "behaviors": [{"name": "setVariable", "options": {"variableName": "PMUSER_TIER", "variableValue": "none"}}],
    },
    {"name": "Mark", "behaviors": [{"name": "setVariable", "options": {"variableName": "PMUSER_M"}}]},
]

PROPERTIES = (
    "property without the rule",
    "property with the rule",
    "property with the rule, unreleased",
    "property with a new version as yet unedited",
    "property with another rule",
    "property with a locked rule",
    "property with the rule name twice",
    "property with a stranger's draft",
    "property active nowhere",
    "property never active",
    "property whose new version is on its way",
    "property whose activation failed",
    "property replaced by somebody else's version",
    "property with a CCM host name",
)


def property_of(state: Any, name: str = "www") -> dict[str, Any]:
    """The property's part of a state document, to be edited in place."""
    found: list[dict[str, Any]] = state["accounts"]["A-CCT1234"]["properties"]
    return next(p for p in found if p["propertyName"] == name)


def version_of(state: Any, number: int, name: str = "www") -> dict[str, Any]:
    return next(v for v in property_of(state, name)["versions"] if v["propertyVersion"] == number)


def both(change: Any, house: House) -> None:
    """Makes a change of the state document to each of the two properties."""
    state = house.control.state()
    for name in ("www", "shop"):
        change(property_of(state, name))
    house.reset(state)


@start("property without the rule")
def _plain(house: House) -> None:
    for name, root in (("partners", ROOTS[0]), ("others", ROOTS[1])):
        house.ok("mets_ca_set", ca_set_name=name)
        house.ok("mets_ca_set_version", ca_set_name=name, certificates=pems(root))
        house.ok("mets_activation", ca_set_name=name, version=1)
    for name in ("www.example.com", "shop.example.com"):
        house.ok("cps_mtls_binding", common_name=name, ca_set_name="partners")


@start("property with the rule, unreleased")
def _unreleased(house: House) -> None:
    _plain(house)
    house.ok("papi_property_edit", **EDITS)
    house.ok("papi_mtls_rule", **LOG)


@start("property with the rule")
def _present(house: House) -> None:
    _unreleased(house)
    for name in ("www", "shop"):
        house.ok("papi_activation", property_name=name, version=3, acknowledge_warnings=True, **MAIL)


@start("property with a new version as yet unedited")
def _unedited(house: House) -> None:
    _plain(house)
    both(draft, house)


def draft(prop: dict[str, Any]) -> None:
    """A third version, as it is when it has just been made."""
    third = copy.deepcopy(prop["versions"][1])
    third.update({"propertyVersion": 3, "etag": "00ff00ff00ff00ff", "stagingStatus": "INACTIVE"})
    third["productionStatus"] = "INACTIVE"
    prop["versions"].append(third)


@start("property with another rule")
def _other(house: House) -> None:
    _plain(house)
    for wish in (DENY, LOG):
        house.ok("papi_mtls_rule", **{**wish, "ca_set_names": ["others"], "enforcement": "log", "ocsp": True})
    for name in ("www", "shop"):
        house.ok("papi_activation", property_name=name, version=3, acknowledge_warnings=True, **MAIL)


@start("property with a locked rule")
def _locked(house: House) -> None:
    _other(house)

    def lock(prop: dict[str, Any]) -> None:
        rule = next(r for r in prop["versions"][2]["rules"]["children"] if r["name"] == RULE_NAME)
        rule["uuid"] = "0a0b0c0d-0000-4000-8000-00000000000f"

    both(lock, house)


@start("property with the rule name twice")
def _twice(house: House) -> None:
    _other(house)

    def twice(prop: dict[str, Any]) -> None:
        children = prop["versions"][2]["rules"]["children"]
        rule = next(r for r in children if r["name"] == RULE_NAME)
        children[0].setdefault("children", []).append(copy.deepcopy(rule))

    both(twice, house)


@start("property with a stranger's draft")
def _stranger(house: House) -> None:
    _unedited(house)

    def edit(prop: dict[str, Any]) -> None:
        prop["versions"][2]["rules"]["comments"] = "work in progress"

    both(edit, house)


@start("property active nowhere")
def _nowhere(house: House) -> None:
    _plain(house)
    for name in ("www", "shop"):
        house.ok("papi_activation", property_name=name, state="inactive", allow_outage=["delete_live_hostname"], **MAIL)


@start("property never active")
def _never(house: House) -> None:
    _plain(house)

    def forget(prop: dict[str, Any]) -> None:
        prop.update(activations=[], stagingVersion=None, productionVersion=None)
        for version in prop["versions"]:
            version.update(stagingStatus="INACTIVE", productionStatus="INACTIVE")

    both(forget, house)


@start("property whose new version is on its way")
def _on_its_way(house: House) -> None:
    _unreleased(house)
    house.ok("papi_activation", property_name="www", version=3, acknowledge_warnings=True, wait=False, **MAIL)


@start("property whose activation failed")
def _failed(house: House) -> None:
    _unreleased(house)
    house.control.switch(papi_activation_end="FAILED")
    for name in ("www", "shop"):
        house.run("papi_activation", property_name=name, version=3, acknowledge_warnings=True, **MAIL)
    house.control.switch(papi_activation_end="ACTIVE")


@start("property replaced by somebody else's version")
def _replaced(house: House) -> None:
    _stranger(house)
    for name in ("www", "shop"):
        house.ok("papi_activation", property_name=name, version=3, acknowledge_warnings=True, **MAIL)


@start("property with a CCM host name")
def _ccm(house: House) -> None:
    _plain(house)
    house.ok("papi_property_hostname", **CCM_HOST)
    house.ok("papi_activation", property_name="www", version=3, acknowledge_warnings=True, **MAIL)


assert set(PROPERTIES) <= set(STARTS)
