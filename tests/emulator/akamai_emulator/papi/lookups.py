# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small lookups (papi-v1.md 3): groups, contracts, products, client settings, rule formats, what a version may use."""

from __future__ import annotations

from typing import Any

from ..core import Call, Document, Reply
from . import catalogue, formats
from .body import parse_object, query
from .ids import Names, bare
from .model import find, items, property_of, version_in
from .problems import refuse

SETTINGS: dict[str, Any] = {"ruleFormat": formats.DEFAULT, "usePrefixes": True, "upgradeRules": True}


def get_groups(call: Call) -> Reply:
    names = Names(call)
    groups: list[Document] = []
    for group in items(call.account, "groups"):
        shown = {**group, "groupId": names("grp", group["groupId"])}
        if group.get("parentGroupId") is None:
            shown.pop("parentGroupId", None)
        else:
            shown["parentGroupId"] = names("grp", group["parentGroupId"])
        if group.get("contractIds") is not None:
            shown["contractIds"] = [names("ctr", contract) for contract in group["contractIds"]]
        groups.append(shown)
    account = names.account(call)
    return Reply(200, {"accountId": account, "accountName": "Example", "groups": {"items": groups}})


def get_contracts(call: Call) -> Reply:
    names = Names(call)
    contracts = [
        {"contractTypeName": "DIRECT_CUSTOMER", **contract, "contractId": names("ctr", contract["contractId"])}
        for contract in items(call.account, "contracts")
    ]
    return Reply(200, {"accountId": names.account(call), "contracts": {"items": contracts}})


def get_products(call: Call) -> Reply:
    names = Names(call)
    contract = query(call, "contractId")
    if contract is None:
        raise refuse(call, "missing-required-parameter", "The query parameter contractId is required.")
    if find(call.account, "contracts", "contractId", contract) is None:
        raise refuse(call, "forbidden")
    products = [
        {"productName": bare(product["productId"]), **product, "productId": names("prd", product["productId"])}
        for product in items(call.account, "products")
    ]
    return Reply(
        200,
        {
            "accountId": names.account(call),
            "contractId": names("ctr", contract),
            "products": {"items": products},
        },
    )


def settings_of(call: Call) -> Document:
    """The API client's settings: one object for each user of the account."""
    return {**SETTINGS, **call.account.document.get("client_settings", {}).get(call.user, {})}


def get_client_settings(call: Call) -> Reply:
    return Reply(200, settings_of(call))


def put_client_settings(call: Call) -> Reply:
    body = parse_object(call)
    changes = {name: body[name] for name in SETTINGS if body.get(name) is not None}
    for name in ("usePrefixes", "upgradeRules"):
        if not isinstance(changes.get(name, True), bool):
            raise refuse(call, "json-mapping-error", f"The field {name} must be true or false.")
    rule_format = changes.get("ruleFormat", formats.DEFAULT)
    if not isinstance(rule_format, str):
        raise refuse(call, "json-mapping-error", "The field ruleFormat must be a string.")
    if not formats.known(rule_format):
        raise refuse(call, "invalid-rule-format")
    settings = settings_of(call) | changes
    call.account.document.setdefault("client_settings", {})[call.user] = settings
    return Reply(200, settings)


def get_rule_formats(call: Call) -> Reply:
    return Reply(200, {"ruleFormats": {"items": [formats.LATEST, *formats.FORMATS[:-1]]}})


def _available(call: Call, kind: str) -> Reply:
    names = Names(call)
    prop = property_of(call)
    version = version_in(call, prop)
    product = names("prd", version["productId"])
    rule_format = version["ruleFormat"]
    schema = f"/papi/v0/schemas/products/{product}/{rule_format}#/definitions/catalog/{kind}"
    granted = call.emulator.switch("papi_mtls_module") == "granted"
    return Reply(
        200,
        {
            "contractId": names("ctr", prop["contractId"]),
            "groupId": names("grp", prop["groupId"]),
            "productId": product,
            "ruleFormat": rule_format,
            kind: {
                "items": [
                    {"name": name, "schemaLink": f"{schema}/{name}"}
                    for name in catalogue.available(kind, rule_format, mtls=granted)
                ]
            },
        },
    )


def get_available_behaviors(call: Call) -> Reply:
    return _available(call, "behaviors")


def get_available_criteria(call: Call) -> Reply:
    return _available(call, "criteria")
