# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties: list, read, create, delete, and find-by-value (papi-v1.md 4, clients.md 4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from ..core import Call, Document, Reply
from . import formats
from .body import choice, flag_field, integer_field, parse, parse_object, query, text_field
from .ids import Names, parse_duration, parse_time, prefixed, same, stamp
from .lookups import settings_of
from .model import (
    NETWORKS,
    PROPERTY_HIDDEN,
    active_version,
    default_rules,
    envelope,
    find,
    items,
    new_etag,
    open_activations,
    property_of,
    scope,
    version_of,
)
from .problems import refuse

NAME = re.compile(r"[A-Za-z0-9._-]{1,85}")
PROPERTIES_PER_CONTRACT = 1000
INDEX_LAG = dt.timedelta(seconds=60)
SEARCHES = ("propertyName", "hostname", "edgeHostname", "includeName")


def shown(call: Call, names: Names, prop: Document) -> Document:
    latest = prop["versions"][-1]
    document = {name: value for name, value in prop.items() if name not in PROPERTY_HIDDEN}
    return {
        **document,
        **envelope(call, prop, names),
        "latestVersion": latest["propertyVersion"],
        "productId": names("prd", prop["productId"]),
        "ruleFormat": latest["ruleFormat"],
        "note": prop.get("note", latest["note"]),
    }


def list_properties(call: Call) -> Reply:
    names = Names(call)
    found = items(call.account, "properties")
    since, network = query(call, "modifiedSince"), choice(call, "modifiedNetwork", (*NETWORKS, "BOTH"))
    if network and since is None:
        raise refuse(call, "missing-required-parameter", "modifiedNetwork needs modifiedSince.")
    if since is not None:
        period = parse_duration(since)
        if period is None:
            raise refuse(call, "bad-request", "modifiedSince must be an ISO 8601 duration.")
        found = [prop for prop in found if any(at >= call.now() - period for at in _modified(prop, network))]
    headers = {}
    if since is None or (query(call, "contractId") and query(call, "groupId")):
        contract, group = scope(call)
        headers = _limits(call, contract)
        found = [prop for prop in found if same(prop["contractId"], contract) and same(prop["groupId"], group)]
    return Reply(200, {"properties": {"items": [shown(call, names, prop) for prop in found]}}, headers)


def _modified(prop: Document, network: str | None) -> Iterator[dt.datetime]:
    """When a property was changed: its versions, or what is on a network."""
    if network is None:
        times = [version["updatedDate"] for version in prop["versions"]]
    else:
        times = [entry["updateDate"] for entry in prop["activations"] if network in ("BOTH", entry["network"])]
    yield from filter(None, map(parse_time, times))


def _in_contract(call: Call, contract: str) -> int:
    return sum(same(prop["contractId"], contract) for prop in items(call.account, "properties"))


def _limits(call: Call, contract: str) -> dict[str, str]:
    """The `X-Limit-*` headers of a contract (papi-v1.md 14)."""
    return {
        "X-Limit-Properties-Per-Contract-Limit": str(PROPERTIES_PER_CONTRACT),
        "X-Limit-Properties-Per-Contract-Remaining": str(
            max(0, PROPERTIES_PER_CONTRACT - _in_contract(call, contract))
        ),
    }


def get_property(call: Call) -> Reply:
    wanted = call.params["propertyId"]
    if (
        call.emulator.switch("papi_unknown_property") == "empty"
        and find(call.account, "properties", "propertyId", wanted) is None
    ):
        return Reply(200, {"properties": {"items": []}})
    prop = property_of(call)
    return Reply(200, {"properties": {"items": [shown(call, Names(call), prop)]}})


def create_property(call: Call) -> Reply:
    """POST {productId, propertyName, ruleFormat?, cloneFrom?, useHostnameBucket?} -> 201 {propertyLink}."""
    contract, group = scope(call)
    body = parse_object(call)
    name = text_field(call, body, "propertyName") or ""
    product = text_field(call, body, "productId")
    rule_format = text_field(call, body, "ruleFormat", required=False)
    bucket = flag_field(call, body, "useHostnameBucket", False)
    if not NAME.fullmatch(name):
        raise refuse(call, "property/invalid-name")
    if find(call.account, "products", "productId", product) is None:
        raise refuse(call, "product-not-on-contract")
    if rule_format is not None and not formats.known(rule_format):
        raise refuse(call, "invalid-rule-format")
    if any(prop["propertyName"] == name for prop in items(call.account, "properties")):
        raise refuse(call, "property/name-in-use")
    if _in_contract(call, contract) >= PROPERTIES_PER_CONTRACT:
        raise refuse(
            call,
            "limit-exceeded",
            limitKey="PROPERTIES_PER_CONTRACT",
            instanceKey=contract,
            limit=PROPERTIES_PER_CONTRACT,
            remaining=0,
        )
    first = _first_version(call, body.get("cloneFrom"), rule_format)
    number = call.account.next_id("prp", 200001)
    now = stamp(call.now())
    prop: Document = {
        "propertyId": prefixed("prp", number),
        "propertyName": name,
        "contractId": prefixed("ctr", contract),
        "groupId": prefixed("grp", group),
        "assetId": prefixed("aid", f"1{number}"),
        "productId": prefixed("prd", product),
        "latestVersion": 1,
        "stagingVersion": None,
        "productionVersion": None,
        "propertyType": "HOSTNAME_BUCKET" if bucket else "TRADITIONAL",
        "createdDate": now,
        "versions": [
            {
                "propertyVersion": 1,
                "productId": prefixed("prd", product),
                "etag": new_etag(call.account),
                "note": "",
                "updatedDate": now,
                "updatedByUser": call.user,
                "stagingStatus": "INACTIVE",
                "productionStatus": "INACTIVE",
                **first,
            }
        ],
        "activations": [],
    }
    items(call.account, "properties").append(prop)
    link = Names(call).link(f"properties/{Names(call)('prp', number)}", contract, group)
    return Reply(201, {"propertyLink": link}, {"Location": link, **_limits(call, contract)})


def _first_version(call: Call, clone: Any, rule_format: str | None) -> Document:
    """Rules, rule format and host names of version 1: the bare tree, or a copy of another property's version."""
    if clone is None:
        return {
            "rules": default_rules(),
            "ruleFormat": rule_format or settings_of(call)["ruleFormat"],
            "hostnames": [],
        }
    if not isinstance(clone, dict):
        raise refuse(call, "json-mapping-error", "The field cloneFrom must be an object.")
    source = find(call.account, "properties", "propertyId", text_field(call, clone, "propertyId"))
    if source is None:
        raise refuse(call, "not-found")
    version = version_of(source, integer_field(call, clone, "version"))
    if version is None:
        raise refuse(call, "property-version/not-found")
    check_source_etag(call, version, text_field(call, clone, "cloneFromVersionEtag", required=False))
    copied = version["hostnames"] if flag_field(call, clone, "copyHostnames", False) else []
    return {
        "rules": version["rules"],
        "ruleFormat": rule_format or version["ruleFormat"],
        "hostnames": [dict(host) for host in copied],
    }


def check_source_etag(call: Call, version: Document, etag: str | None) -> None:
    """A version to copy from has to be the one that was read; the status of the refusal is not documented (5.4)."""
    if etag is not None and etag.strip('"') != version["etag"]:
        refusal = refuse(call, "etag-conflict")
        refusal.status = refusal.document["status"] = int(call.emulator.switch("papi_etag_mismatch"))
        raise refusal


def delete_property(call: Call) -> Reply:
    prop = property_of(call)
    if any(active_version(prop, network) for network in NETWORKS) or any(open_activations(prop)):
        raise refuse(call, "property/active")
    call.account.document["properties"].remove(prop)
    return Reply(200, {"message": "Deletion Successful."})


# --- search ----------------------------------------------------------------------------------------------------------


def find_by_value(call: Call) -> Reply:
    names = Names(call)
    if not call.body.strip():
        raise refuse(call, "search/missing-request-body")
    body = parse(call)
    if not isinstance(body, dict):
        raise refuse(call, "json-mapping-error", "The request body must be an object.")
    fields = [name for name, value in body.items() if value is not None]
    if not fields:
        raise refuse(call, "search/missing-request-body-field")
    if len(fields) > 1:
        raise refuse(call, "search/extra-request-body-fields")
    field = fields[0]
    if field not in SEARCHES:
        raise refuse(call, "search/unrecognized-request-body-field")
    wanted = body[field]
    if not isinstance(wanted, str):
        raise refuse(call, "json-mapping-error", f"The field {field} must be a string.")
    rows = [row for prop in items(call.account, "properties") for row in _rows(call, names, prop, field, wanted)]
    return Reply(200, {"versions": {"items": rows}})


def _matches(call: Call, value: str, wanted: str) -> bool:
    how = call.emulator.switch("papi_search")
    if how == "exact":
        return value == wanted
    value, wanted = value.lower(), wanted.lower()
    return value.startswith(wanted) if how == "prefix" else value == wanted


def _rows(call: Call, names: Names, prop: Document, field: str, wanted: str) -> Iterator[Document]:
    created = parse_time(prop.get("createdDate"))
    if created and call.emulator.switch("papi_search_index") == "slow" and call.now() < created + INDEX_LAG:
        return
    numbers = {prop["versions"][-1]["propertyVersion"]} | {
        version["propertyVersion"] for network in NETWORKS if (version := active_version(prop, network))
    }
    for version in reversed(prop["versions"]):
        if version["propertyVersion"] not in numbers:
            continue
        found = next((value for value in _values(prop, version, field) if _matches(call, value, wanted)), None)
        if found is not None:
            yield {
                **envelope(call, prop, names),
                "propertyVersion": version["propertyVersion"],
                "productionStatus": version["productionStatus"],
                "stagingStatus": version["stagingStatus"],
                "updatedByUser": version["updatedByUser"],
                "updatedDate": version["updatedDate"],
                **({} if field == "propertyName" else {field: found}),
            }


def _values(prop: Document, version: Document, field: str) -> list[str]:
    if field == "propertyName":
        return [str(prop["propertyName"])]
    member = {"hostname": "cnameFrom", "edgeHostname": "cnameTo"}.get(field)
    return [str(host.get(member)) for host in version["hostnames"]] if member else []
