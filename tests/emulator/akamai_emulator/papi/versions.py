# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property versions (papi-v1.md 5)."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from ..core import Call, Document, Reply
from .body import accepted, choice, count, integer_field, parse_object, text_field
from .ids import Names, absolute, stamp
from .model import (
    NETWORKS,
    VERSION_HIDDEN,
    active_version,
    envelope,
    new_etag,
    property_of,
    version_in,
    version_of,
)
from .problems import refuse
from .properties import check_source_etag

LISTED = 500


def _shown(names: Names, version: Document) -> Document:
    document = {name: value for name, value in version.items() if name not in VERSION_HIDDEN}
    return {**document, "productId": names("prd", version["productId"])}


def _answer(call: Call, prop: Document, versions: list[Document], headers: dict[str, str] | None = None) -> Reply:
    names = Names(call)
    shown = [_shown(names, version) for version in versions]
    return Reply(200, {**envelope(call, prop, names), "versions": {"items": shown}}, headers or {})


def version_link(names: Names, prop: Document, number: int) -> str:
    path = f"properties/{names('prp', prop['propertyId'])}/versions/{number}"
    return names.link(path, prop["contractId"], prop["groupId"])


def list_versions(call: Call) -> Reply:
    """Newest first, at most 500; `limit` is the page size and `offset` the number of the page."""
    prop = property_of(call)
    limit, page = count(call, "limit", LISTED), count(call, "offset", 0)
    newest = prop["versions"][: -LISTED - 1 : -1]
    return _answer(call, prop, newest[page * limit : (page + 1) * limit])


def get_version(call: Call) -> Reply:
    prop = property_of(call)
    version = version_in(call, prop)
    headers = {"ETag": f'"{version["etag"]}"'}
    if accepted(call)[0] in ("text/xml", "application/xml"):
        return Reply(200, _metadata(prop, version), headers, "text/xml")
    return _answer(call, prop, [version], headers)


def _metadata(prop: Document, version: Document) -> bytes:
    """The compiled metadata in the barest form: nobody reads it for mTLS."""
    name, number = quoteattr(str(prop["propertyName"])), version["propertyVersion"]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<configs name={name} version="{number}"/>\n'.encode()


def get_latest_version(call: Call) -> Reply:
    """302 to the highest version, or to the one active on a network; 404 when none is (papi-v1.md 5.3)."""
    prop = property_of(call)
    network = choice(call, "activatedOn", NETWORKS)
    version = prop["versions"][-1] if network is None else active_version(prop, network)
    if version is None:
        raise refuse(call, "property-version/not-found")
    if call.emulator.switch("papi_latest") == "200":
        return _answer(call, prop, [version], {"ETag": f'"{version["etag"]}"'})
    link = version_link(Names(call), prop, version["propertyVersion"])
    return Reply(302, {"versionLink": link}, {"Location": absolute(call, link)})


def create_version(call: Call) -> Reply:
    """POST {createFromVersion, createFromVersionEtag?} -> 201 {versionLink}: a copy with a number and an etag of its own."""
    prop = property_of(call)
    body = parse_object(call)
    source = version_of(prop, integer_field(call, body, "createFromVersion"))
    if source is None:
        raise refuse(call, "property-version/not-found")
    check_source_etag(call, source, text_field(call, body, "createFromVersionEtag", required=False))
    number = prop["versions"][-1]["propertyVersion"] + 1
    copied: Document = {
        name: source[name] for name in ("rules", "originalRules", "ruleFormat", "productId") if name in source
    }
    note = source["note"] if call.emulator.switch("papi_new_version_note") == "copy" else ""
    prop["versions"].append(
        {
            "propertyVersion": number,
            "etag": new_etag(call.account),
            "note": note,
            "updatedDate": stamp(call.now()),
            "updatedByUser": call.user,
            "stagingStatus": "INACTIVE",
            "productionStatus": "INACTIVE",
            "hostnames": [dict(host) for host in source["hostnames"]],
            **copied,
        }
    )
    prop["latestVersion"] = number
    link = version_link(Names(call), prop, number)
    return Reply(201, {"versionLink": link}, {"Location": link})
