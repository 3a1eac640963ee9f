# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Property Manager v1. Numbers in docstrings are sections of papi-v1.md.

Ids go in with or without their prefix and come back with it. `place` names contract and group: leave it out until it is
known, then give both (1.4). Every function raises `ApiError` and `ConnectionFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._wire.answers import Response
from .._wire.session import Session
from .links import Document, Network, last_segment, segment

BASE = "/papi/v1"
PREFIXES = {"PAPI-Use-Prefixes": "true"}  # of the answers; the default depends on the client (1.3)


class Place(NamedTuple):
    """Where a property lives."""

    contract_id: str | None = None
    group_id: str | None = None

    def query(self) -> dict[str, object]:
        return {"contractId": self.contract_id, "groupId": self.group_id}


ANYWHERE = Place()


# Looking around (3, 4)


def list_groups(session: Session) -> list[Document]:
    """The groups, with `contractIds` (3.1)."""
    return _items(_call(session, "GET", "/groups", needs="groups"), "groups")


def list_contracts(session: Session) -> list[Document]:
    """The contracts (3.2)."""
    return _items(_call(session, "GET", "/contracts", needs="contracts"), "contracts")


def get_client_settings(session: Session) -> Document:
    """`ruleFormat`, `usePrefixes`, `upgradeRules` of the API client (3.3)."""
    return _call(session, "GET", "/client-settings").object


def list_rule_formats(session: Session) -> list[str]:
    """The rule formats on offer (3.4)."""
    return _call(session, "GET", "/rule-formats", needs="ruleFormats").object["ruleFormats"]["items"]  # type: ignore[no-any-return]


def list_products(session: Session, contract_id: str) -> list[Document]:
    """The products of a contract (clients.md 4)."""
    return _items(_call(session, "GET", "/products", query={"contractId": contract_id}, needs="products"), "products")


def find_by_value(
    session: Session,
    *,
    property_name: str | None = None,
    hostname: str | None = None,
    edge_hostname: str | None = None,
) -> list[Document]:
    """Versions of properties by exactly one of the values (4.1): one to three rows per property. Compare the value
    yourself, the server's way of matching is unknown."""
    wished = {"propertyName": property_name, "hostname": hostname, "edgeHostname": edge_hostname}
    body = {name: value for name, value in wished.items() if value is not None}
    return _items(_call(session, "POST", "/search/find-by-value", body=body, needs="versions"), "versions")


def list_properties(session: Session, place: Place) -> list[Document]:
    """The properties of a contract and group (4.2)."""
    return _items(_call(session, "GET", "/properties", place=place, needs="properties"), "properties")


def get_property(session: Session, property_id: str, *, place: Place = ANYWHERE) -> Document | None:
    """A property with `latestVersion`, `stagingVersion`, `productionVersion` (4.2); None if the answer is empty. What
    the client may not see is a 403 or a 404."""
    answer = _call(session, "GET", _property(property_id), place=place, needs="properties")
    return next(iter(_items(answer, "properties")), None)


def create_property(session: Session, place: Place, body: Mapping[str, Any]) -> str:
    """A new property: its id. `body`: `productId`, `propertyName`, `ruleFormat`?, `cloneFrom`? (clients.md 4)."""
    answer = _write(session, "POST", "/properties", place=place, body=body, expect=201, needs="propertyLink")
    return last_segment(answer.object["propertyLink"])


def delete_property(session: Session, property_id: str, *, place: Place = ANYWHERE) -> None:
    """Deletes a property; refused while a version of it is active (clients.md 4)."""
    _write(session, "DELETE", _property(property_id), place=place, needs=None)


def list_edge_hostnames(session: Session, place: Place) -> list[Document]:
    """The edge host names of a contract and group (clients.md 4)."""
    return _items(_call(session, "GET", "/edgehostnames", place=place, needs="edgeHostnames"), "edgeHostnames")


def get_edge_hostname(session: Session, edge_hostname_id: str, place: Place) -> Document | None:
    """One edge host name; None if the answer is empty (clients.md 4)."""
    path = f"/edgehostnames/{segment(edge_hostname_id)}"
    return next(iter(_items(_call(session, "GET", path, place=place, needs="edgeHostnames"), "edgeHostnames")), None)


def create_edge_hostname(session: Session, place: Place, body: Mapping[str, Any]) -> str:
    """A new edge host name: its id (clients.md 4)."""
    answer = _write(session, "POST", "/edgehostnames", place=place, body=body, expect=201, needs="edgeHostnameLink")
    return last_segment(answer.object["edgeHostnameLink"])


def list_cp_codes(session: Session, place: Place) -> list[Document]:
    """The CP codes of a contract and group (clients.md 4)."""
    return _items(_call(session, "GET", "/cpcodes", place=place, needs="cpcodes"), "cpcodes")


# Versions (5)


def list_versions(session: Session, property_id: str, *, place: Place = ANYWHERE) -> list[Document]:
    """The versions of a property, the 500 newest at most (5.1)."""
    return _items(
        _call(session, "GET", f"{_property(property_id)}/versions", place=place, needs="versions"), "versions"
    )


def get_version(session: Session, property_id: str, version: int, *, place: Place = ANYWHERE) -> Document | None:
    """One version; None if the answer is empty (5.1)."""
    answer = _call(session, "GET", _version(property_id, version), place=place, needs="versions")
    return next(iter(_items(answer, "versions")), None)


def get_latest_version(
    session: Session, property_id: str, *, activated_on: Network | None = None, place: Place = ANYWHERE
) -> Document | None:
    """The highest version, or the one active on a network (5.3): 404 if there is none."""
    path = f"{_property(property_id)}/versions/latest"
    answer = _call(session, "GET", path, query={"activatedOn": activated_on}, place=place, needs="versions")
    return next(iter(_items(answer, "versions")), None)


def create_version(
    session: Session,
    property_id: str,
    *,
    from_version: int,
    from_etag: str | None = None,
    place: Place = ANYWHERE,
) -> int:
    """A copy of a version: its number (5.4). Refused if `from_etag` is given and no longer that version's."""
    body: Document = {"createFromVersion": from_version}
    if from_etag is not None:
        body["createFromVersionEtag"] = from_etag
    path = f"{_property(property_id)}/versions"
    answer = _write(session, "POST", path, place=place, body=body, expect=201, needs="versionLink")
    return int(last_segment(answer.object["versionLink"]))


def list_available_behaviors(
    session: Session, property_id: str, version: int, *, place: Place = ANYWHERE
) -> list[Document]:
    """The behaviors that rule format and contract allow (3.5)."""
    path = f"{_version(property_id, version)}/available-behaviors"
    return _items(_call(session, "GET", path, place=place, needs="behaviors"), "behaviors")


def list_available_criteria(
    session: Session, property_id: str, version: int, *, place: Place = ANYWHERE
) -> list[Document]:
    """The criteria that rule format and contract allow (3.5)."""
    path = f"{_version(property_id, version)}/available-criteria"
    return _items(_call(session, "GET", path, place=place, needs="criteria"), "criteria")


# Rules (6)


def get_rules(
    session: Session, property_id: str, version: int, *, validate: bool = True, place: Place = ANYWHERE
) -> Document:
    """The rule tree in its stored format, with `etag`, `ruleFormat`, `errors`, `warnings` (6.2). Without `validate` the
    last two are missing."""
    return _call(
        session, "GET", _rules(property_id, version), query=_validation(validate), place=place, needs="rules"
    ).object


def get_rules_etag(session: Session, property_id: str, version: int, *, place: Place = ANYWHERE) -> str:
    """The etag of a version, without its rules (6.3)."""
    answer = _call(session, "HEAD", _rules(property_id, version), place=place, needs=None, expect=(200, 204))
    return answer.headers.get("etag", "").strip('"')


def put_rules(
    session: Session,
    property_id: str,
    version: int,
    body: Mapping[str, Any],
    *,
    rule_format: str | None,
    etag: str | None,
    dry_run: bool = False,
    place: Place = ANYWHERE,
) -> Document:
    """Replaces the rule tree (6.4): the tree as stored, with `etag`, `errors`, `warnings`. Errors do not stop it.

    `body` is the envelope: `rules`, `comments`?. `rule_format` is the stored format, so that it stays; the floating
    `latest` is never sent. `etag` guards against writers in between (412). `dry_run` stores nothing.
    """
    dated = rule_format is not None and rule_format != "latest"
    return _call(
        session,
        "PUT",
        _rules(property_id, version),
        query={**_validation(True), "dryRun": dry_run or None},
        place=place,
        body=body,
        content_type=f"application/vnd.akamai.papirules.{rule_format}+json" if dated else "application/json",
        headers=_if_match(etag),
        write=not dry_run,
        needs="rules",
    ).object


def patch_rules(
    session: Session,
    property_id: str,
    version: int,
    operations: Sequence[Mapping[str, Any]],
    *,
    etag: str,
    dry_run: bool = False,
    place: Place = ANYWHERE,
) -> Document:
    """Edits the rule tree by JSON Patch (6.6). Answer as of `put_rules`."""
    return _call(
        session,
        "PATCH",
        _rules(property_id, version),
        query={**_validation(True), "dryRun": dry_run or None},
        place=place,
        body=list(operations),
        content_type="application/json-patch+json",
        headers=_if_match(etag),
        write=not dry_run,
        needs="rules",
    ).object


# Host names of a version (11)


def get_hostnames(
    session: Session,
    property_id: str,
    version: int,
    *,
    validate: bool = False,
    include_cert_status: bool = False,
    place: Place = ANYWHERE,
) -> Document:
    """The host names in `hostnames.items`, with `etag` (11.1)."""
    query = {"validateHostnames": validate or None, "includeCertStatus": include_cert_status or None}
    path = _hostnames(property_id, version)
    return _call(session, "GET", path, query=query, place=place, needs="hostnames").object


def put_hostnames(
    session: Session,
    property_id: str,
    version: int,
    items: Sequence[Mapping[str, Any]],
    *,
    etag: str | None,
    place: Place = ANYWHERE,
) -> Document:
    """Replaces the host names (11.2). Answer as of `get_hostnames`."""
    path = _hostnames(property_id, version)
    headers = _if_match(etag)
    return _write(session, "PUT", path, place=place, body=list(items), headers=headers, needs="hostnames").object


def patch_hostnames(
    session: Session,
    property_id: str,
    version: int,
    *,
    add: Sequence[Mapping[str, Any]] = (),
    remove: Sequence[str] = (),
    etag: str | None,
    place: Place = ANYWHERE,
) -> Document:
    """Adds and removes host names (11.2). Answer as of `get_hostnames`."""
    body = {"add": list(add), "remove": list(remove)}
    path = _hostnames(property_id, version)
    headers = _if_match(etag)
    return _write(session, "PATCH", path, place=place, body=body, headers=headers, needs="hostnames").object


# Activations (12)


def create_activation(session: Session, property_id: str, body: Mapping[str, Any], *, place: Place = ANYWHERE) -> str:
    """Starts an activation or deactivation (12.1): its id; read it for its status. `body`: `propertyVersion`,
    `network`, `notifyEmails`, `activationType`?, `note`?, `acknowledgeWarnings`?, `acknowledgeAllWarnings`?,
    `complianceRecord`?"""
    path = f"{_property(property_id)}/activations"
    answer = _write(session, "POST", path, place=place, body=body, expect=201, needs="activationLink")
    return last_segment(answer.object["activationLink"])


def list_activations(session: Session, property_id: str, *, place: Place = ANYWHERE) -> list[Document]:
    """Activations and deactivations of all versions on both networks, in no order (12.4)."""
    path = f"{_property(property_id)}/activations"
    return _items(_call(session, "GET", path, place=place, needs="activations"), "activations")


def get_activation(
    session: Session, property_id: str, activation_id: str, *, place: Place = ANYWHERE
) -> tuple[Document | None, float | None]:
    """One activation (None if the answer is empty), and the server's pause in seconds while it runs (12.4)."""
    answer = _call(session, "GET", _activation(property_id, activation_id), place=place, needs="activations")
    return next(iter(_items(answer, "activations")), None), answer.retry_after(session.clock.now())


def cancel_activation(
    session: Session, property_id: str, activation_id: str, *, place: Place = ANYWHERE
) -> Document | None:
    """Cancels an activation that is still pending (12.6): the activation, None if the answer is empty."""
    path = _activation(property_id, activation_id)
    return next(iter(_items(_write(session, "DELETE", path, place=place, needs="activations"), "activations")), None)


def _property(property_id: str) -> str:
    return f"/properties/{segment(property_id)}"


def _version(property_id: str, version: int) -> str:
    return f"{_property(property_id)}/versions/{int(version)}"


def _rules(property_id: str, version: int) -> str:
    return f"{_version(property_id, version)}/rules"


def _hostnames(property_id: str, version: int) -> str:
    return f"{_version(property_id, version)}/hostnames"


def _activation(property_id: str, activation_id: str) -> str:
    return f"{_property(property_id)}/activations/{segment(activation_id)}"


def _validation(validate: bool) -> dict[str, object]:
    return {"validateRules": True, "validateMode": "full"} if validate else {"validateRules": False}


def _if_match(etag: str | None) -> dict[str, str]:
    """Without the quotes the comparison fails (1.7)."""
    return {} if etag is None else {"If-Match": '"{}"'.format(etag.strip('"'))}


def _items(answer: Response, member: str) -> list[Document]:
    return answer.object[member]["items"] or []


def _call(
    session: Session,
    method: str,
    path: str,
    *,
    place: Place = ANYWHERE,
    query: Mapping[str, object] | None = None,
    body: object = None,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
    write: bool = False,
    expect: Sequence[int] = (200,),
    needs: str | None = "",
) -> Response:
    return session.request(
        method,
        BASE + path,
        query={**place.query(), **(query or {})},
        body=body,
        content_type=content_type,
        headers={**PREFIXES, **(headers or {})},
        write=write,
        expect=expect,
        needs=needs,
    )


def _write(
    session: Session,
    method: str,
    path: str,
    *,
    place: Place,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    expect: int = 200,
    needs: str | None,
) -> Response:
    return _call(
        session, method, path, place=place, body=body, headers=headers, write=True, expect=(expect,), needs=needs
    )
