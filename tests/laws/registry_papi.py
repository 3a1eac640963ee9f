# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PAPI modules of the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from in_process import House
from starts_papi import CCM_HOST, DENY, EDITS, LOG, MAIL, NEW_HOST, OWN_CHILDREN, PROPERTIES, RULE_NAME
from wishes import Twin, Wish, ends_from

Result = dict[str, Any]


def ends(common: str, **others: str) -> dict[str, str]:
    return ends_from(PROPERTIES, common, **others)


# Where a rule cannot be edited, whatever is wished.
UNEDITABLE = {"property_with_a_locked_rule": "frozen", "property_with_the_rule_name_twice": "ambiguous"}


def number(result: Result, moment: str) -> int:
    """The version that a result's `diff` shows at that moment."""
    shown = result["property"]
    return int(shown["base_version" if moment == "before" and shown["created"] else "property_version"])


def _rule(info: Result, _result: Result) -> Result | None:
    return next((rule for rule in info["mtls_rules"] if rule["rule_name"] == RULE_NAME), None)


def _first(info: Result, _result: Result) -> Result | None:
    return next(iter(info["properties"]), None)


class VersionTwin(Twin):
    """Reads a property and the rules of the version in question; the host names are those of that version as well."""

    def read(self, house: House, result: Result, moment: str) -> Result:
        wanted = number(result, moment)
        named = {"property_name": result["property"]["property_name"]}
        found = house.ok("papi_property_info", **named)["properties"][0]["versions"]
        rules = house.ok("papi_mtls_rule_info", **named, version=str(wanted))["mtls_rules"]
        version = next(v for v in found if v["property_version"] == wanted)
        return {"mtls_rules": rules, "hostnames": version["hostnames"]}


def _with(*names: str) -> Callable[[Result, Result], Result]:
    """What is read of a version, of the host names only these."""
    return lambda read, _result: {**read, "hostnames": [h for h in read["hostnames"] if h["cname_from"] in names]}


RULE_TWIN = VersionTwin("papi_mtls_rule_info", {}, _rule)
PROPERTY_TWIN = Twin("papi_property_info", {"property_name": "www"}, _first)


def hostnames_twin(*names: str) -> VersionTwin:
    return VersionTwin("papi_property_info", {}, _with(*names))


WISHES = [
    Wish(
        "papi_mtls_rule",
        "present",
        DENY,
        ends("changes", property_with_the_rule="holds", **UNEDITABLE),
        "property_version.MtlsRule",
        RULE_TWIN,
        properties=("www",),
    ),
    Wish(
        "papi_mtls_rule",
        "present",
        LOG,
        ends(
            "changes",
            property_with_the_rule="holds",
            property_with_the_rule__unreleased="holds",
            property_whose_new_version_is_on_its_way="holds",
            property_whose_activation_failed="holds",
            **UNEDITABLE,
        ),
        "property_version.MtlsRule",
        RULE_TWIN,
        properties=("shop",),
        name="papi_mtls_rule present, logging, new rule format",
    ),
    Wish(
        "papi_mtls_rule",
        "present",
        {**LOG, "child_rules": OWN_CHILDREN},
        ends("changes", **UNEDITABLE),
        "property_version.MtlsRule",
        RULE_TWIN,
        properties=("shop",),
        name="papi_mtls_rule present, child rules of the user's own",
    ),
    Wish(
        "papi_mtls_rule",
        "absent",
        {"property_name": "www"},
        ends("holds", property_with_the_rule="changes", property_with_another_rule="changes", **UNEDITABLE),
        "property_version.MtlsRule",
        RULE_TWIN,
        properties=("www",),
    ),
    Wish(
        "papi_property_hostname",
        "present",
        NEW_HOST,
        ends("changes", property_with_the_rule="holds"),
        "property_version.PropertyHostname",
        hostnames_twin("new.example.com"),
        properties=("www",),
    ),
    Wish(
        "papi_property_hostname",
        "present",
        CCM_HOST,
        ends("changes", property_with_a_CCM_host_name="holds"),
        "property_version.PropertyHostname",
        hostnames_twin("ccm.example.com"),
        properties=("www",),
        name="papi_property_hostname present, CCM",
    ),
    Wish(
        "papi_property_hostname",
        "present",
        {**CCM_HOST, "mtls": {"state": "absent"}},
        ends("changes"),
        "property_version.PropertyHostname",
        hostnames_twin("ccm.example.com"),
        properties=("www",),
        name="papi_property_hostname present, CCM without a CA set",
    ),
    Wish(
        "papi_property_hostname",
        "absent",
        {"property_name": "www", "hostnames": ["api.example.com"]},
        ends("changes"),
        "property_version.PropertyHostname",
        hostnames_twin("api.example.com"),
        properties=("www",),
    ),
    Wish(
        "papi_property_edit",
        None,
        EDITS,
        ends(
            "changes",
            property_with_the_rule="holds",
            property_with_the_rule__unreleased="holds",
            property_whose_new_version_is_on_its_way="holds",
            property_whose_activation_failed="holds",
            **UNEDITABLE,
        ),
        "property_version.PropertyEdit",
        hostnames_twin("new.example.com"),
        properties=("www",),
    ),
    Wish(
        "papi_activation",
        "active",
        {"property_name": "www", "version": 3, "acknowledge_warnings": True, **MAIL},
        ends(
            "changes",
            property_without_the_rule="not_found",
            property_active_nowhere="not_found",
            property_never_active="not_found",
            property_with_the_rule="holds",
            property_with_another_rule="holds",
            property_with_a_locked_rule="holds",
            property_with_the_rule_name_twice="holds",
            property_replaced_by_somebody_else_s_version="holds",
            property_with_a_CCM_host_name="holds",
        ),
        "property_activation.PropertyActivation",
        PROPERTY_TWIN,
        properties=("www",),
    ),
    Wish(
        "papi_activation",
        "active",
        {
            "property_name": "www",
            "version": 2,
            "acknowledge_warnings": True,
            "allow_outage": ["delete_live_hostname"],
            **MAIL,
        },
        ends(
            "changes",
            property_without_the_rule="holds",
            property_with_the_rule__unreleased="holds",
            property_with_a_new_version_as_yet_unedited="holds",
            property_with_a_stranger_s_draft="holds",
            property_whose_activation_failed="holds",
        ),
        "property_activation.PropertyActivation",
        PROPERTY_TWIN,
        properties=("www",),
        name="papi_activation active, back to the version before",
    ),
    Wish(
        "papi_activation",
        "inactive",
        {"property_name": "www", "allow_outage": ["delete_live_hostname"], **MAIL},
        ends("changes", property_active_nowhere="holds", property_never_active="holds"),
        "property_activation.PropertyActivation",
        PROPERTY_TWIN,
        properties=("www",),
    ),
]
