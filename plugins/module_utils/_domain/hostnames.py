# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a property version's host names, on the items as they were read (papi-v1.md 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from .errors import InvalidOption
from .references import bare, given, host, host_matches, prefixed

Item = dict[str, Any]

#: Members that only the server writes.
READ_ONLY = frozenset({"certStatus", "ccmCertStatus", "domainOwnershipVerification"})
#: Two names of one thing; either suffices on write, a read has both.
_EDGE_HOSTNAME = frozenset({"cnameTo", "edgeHostnameId"})
_EMPTY: tuple[Any, ...] = (None, False, [], {})
#: Members of `mtls` in options and results, and in the API.
MTLS_MEMBERS = {"ca_set_id": "caSetId", "ocsp": "checkClientOcsp", "send_ca_list_to_client": "sendCaSetClient"}
CERTIFICATE_TYPES = ("CPS_MANAGED", "DEFAULT", "CCM")
#: Members of `ccm_certificates`, and in the API.
CERTIFICATE_MEMBERS = {"rsa_cert_id": "rsaCertId", "ecdsa_cert_id": "ecdsaCertId"}
#: What only a host name with a certificate of Cloud Certificate Manager may have (papi-v1.md 11.2).
_CCM_ONLY = frozenset({"ccmCertificates", "mtls", "tlsConfiguration"})


@dataclass(frozen=True, slots=True)
class MtlsWish:
    """The CA set of a CCM host name; None keeps what is there, and is false for a new one.

    Not `present`: the host name shall not have this set; without an id, none at all.
    """

    ca_set_id: str | None
    ocsp: bool | None = None
    send_ca_list_to_client: bool | None = None
    present: bool = True


@dataclass(frozen=True, slots=True)
class HostnameWish:
    """A host name that shall be on the property. None keeps what is there.

    `edge_hostname` is a name or an id with prefix; it is required for a host name that is not there yet.
    `ccm_certificates` has members of CERTIFICATE_MEMBERS; one that comes to CCM needs at least one of the two.
    """

    hostname: str
    edge_hostname: str | None = None
    certificate_type: str | None = None
    mtls: MtlsWish | None = None
    ccm_certificates: Mapping[str, str] | None = None


class Edit(NamedTuple):
    """The edited items; `before` and `after` are projections of the items concerned, by host name."""

    items: list[Item]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    changed: bool


def ensure(items: Sequence[Item], wishes: Iterable[HostnameWish]) -> Edit:
    """The list with every wished host name; new ones stand at the end."""
    wanted = {host(wish.hostname): wish for wish in wishes}
    edited = [_edited(item, wanted[key]) if (key := _key(item)) in wanted else item for item in items]
    known = {_key(item) for item in items}
    edited += [_new(wish) for key, wish in wanted.items() if key not in known]
    return _edit(items, edited, wanted)


def remove(items: Sequence[Item], hostnames: Iterable[str]) -> Edit:
    """The list without these host names; one that is not there is gone already."""
    gone = {host(name) for name in hostnames}
    return _edit(items, [item for item in items if _key(item) not in gone], gone)


def body(items: Iterable[Item]) -> list[Item]:
    """The items as PUT takes them: without what only the server writes."""
    return [{key: deepcopy(value) for key, value in item.items() if key not in READ_ONLY} for item in items]


def equal(left: Iterable[Item], right: Iterable[Item]) -> bool:
    """Whether two lists mean the same; their order has no meaning."""
    one, other = _content(left), _content(right)
    return one.keys() == other.keys() and all(
        not _lost(item, other[name]) and not _lost(other[name], item) for name, item in one.items()
    )


def dropped(wanted: Iterable[Item], returned: Iterable[Item]) -> list[str]:
    """What the server dropped or changed of a list that was sent: `<host name>` or `<host name>: <member>`.

    A host name that was not sent counts, members that the server adds to one do not.
    """
    sent, got = _content(wanted), _content(returned)
    members = [f"{name}: {member}" for name, item in sent.items() if name in got for member in _lost(item, got[name])]
    return sorted(sent.keys() ^ got.keys()) + members


def same_name(item: Item, name: str) -> bool:
    """Whether the item is that of the host name."""
    return _key(item) == host(name)


def by_enrollment(item: Item) -> bool:
    """Whether an enrollment can have its certificate: one of Cloud Certificate Manager has its CA set by itself."""
    return item.get("certProvisioningType") in (None, "CPS_MANAGED")


def ca_set_of(item: Item) -> str | None:
    """The id of the CA set that a CCM host name carries."""
    mtls = item.get("mtls") or {} if item.get("certProvisioningType") == "CCM" else {}
    return str(mtls["caSetId"]) if mtls.get("caSetId") else None


def serving(items: Iterable[Item], name: str) -> Item | None:
    """The item that a host name is served by: its own, else that of its wildcard."""
    found = [item for item in items if host_matches(_key(item), name)]
    return min(found, key=lambda item: _key(item) != host(name), default=None)


def named(items: Sequence[Item], patterns: Iterable[str], excepted: Iterable[str] = ()) -> list[str]:
    """The host names that a rule's patterns are for: of those on the property, else as they are written.

    Without patterns all of the property but the excepted ones.
    """
    served, wanted = [_key(item) for item in items], [host(pattern) for pattern in patterns]
    if not wanted:
        return [name for name in served if not any(fnmatchcase(name, host(pattern)) for pattern in excepted)]
    names: dict[str, None] = {}
    for pattern in wanted:
        hits = [name for name in served if fnmatchcase(name, pattern)] if set(pattern) & set("*?") else []
        names.update(dict.fromkeys(hits or [pattern]))
    return list(names)


def project(item: Item) -> dict[str, Any]:
    """A host name of results and diffs, in the API's words.

    `mtls` is null without a CA set, whose name is not known here; `ccm_certificates` is null without a certificate of
    Cloud Certificate Manager.
    """
    mtls, certificates = item.get("mtls") or {}, item.get("ccmCertificates") or {}
    ids = {name: given(certificates.get(member)) for name, member in CERTIFICATE_MEMBERS.items()}
    return {
        "cname_from": _key(item),
        "cname_to": item.get("cnameTo"),
        "cname_type": item.get("cnameType"),
        "edge_hostname_id": prefixed(item.get("edgeHostnameId"), "edge_hostname"),
        "cert_provisioning_type": item.get("certProvisioningType"),
        "ccm_certificates": ids if any(ids.values()) else None,
        "mtls": (
            {
                "ca_set_id": str(mtls["caSetId"]),
                "ca_set_name": None,
                "check_client_ocsp": mtls.get("checkClientOcsp") is True,
                "send_ca_set_client": mtls.get("sendCaSetClient") is True,
            }
            if mtls.get("caSetId")
            else None
        ),
    }


def _edited(item: Item, wish: HostnameWish) -> Item:
    new = dict(item)
    if wish.edge_hostname is not None:
        member, value = _edge_hostname(wish.edge_hostname)
        if _lost(_meaning({member: value}), _meaning(item)):
            # Both members name one thing: a stale one beside the new one is refused as a mismatch.
            new = {key: kept for key, kept in new.items() if key not in _EDGE_HOSTNAME}
            new[member] = value
    if wish.certificate_type is not None and wish.certificate_type != item.get("certProvisioningType"):
        new["certProvisioningType"] = wish.certificate_type
    return _with_ccm(new, wish)


def _new(wish: HostnameWish) -> Item:
    if wish.edge_hostname is None:
        raise InvalidOption(f"edge_hostname is required: {wish.hostname} is not on the property yet.")
    member, value = _edge_hostname(wish.edge_hostname)
    item = {
        "cnameType": "EDGE_HOSTNAME",
        "cnameFrom": host(wish.hostname),
        member: value,
        "certProvisioningType": wish.certificate_type or "CPS_MANAGED",
    }
    return _with_ccm(item, wish)


def _with_ccm(item: Item, wish: HostnameWish) -> Item:
    """The item with what goes with its type of certificate: on CCM its certificates and CA set, else neither."""
    kind = item.get("certProvisioningType")
    if kind == "CCM":
        return _with_mtls(_with_certificates(item, wish), wish)
    if wish.ccm_certificates:
        raise InvalidOption(
            f"ccm_certificates of {wish.hostname} needs certificate_type CCM, not {kind}.",
            cure="Leave the option out, or give certificate_type CCM as well.",
        )
    return _with_mtls({key: value for key, value in item.items() if key not in _CCM_ONLY}, wish)


def _with_certificates(item: Item, wish: HostnameWish) -> Item:
    old = item.get("ccmCertificates") or {}
    wanted = {CERTIFICATE_MEMBERS[name]: number for name, number in (wish.ccm_certificates or {}).items()}
    changed = {member: number for member, number in wanted.items() if given(old.get(member)) != number}
    if not changed:
        if not any(old.get(member) for member in CERTIFICATE_MEMBERS.values()):
            raise InvalidOption(
                f"ccm_certificates is required: {wish.hostname} has no certificate of Cloud Certificate Manager yet.",
                cure="Give rsa_cert_id, ecdsa_cert_id, or both.",
            )
        return item
    # A link belongs to the certificate that was there.
    stale = {member.replace("Id", "Link") for member in changed}
    return {**item, "ccmCertificates": {key: old[key] for key in old.keys() - stale} | changed}


def _with_mtls(item: Item, wish: HostnameWish) -> Item:
    if wish.mtls is None:
        return item
    held = (item.get("mtls") or {}).get("caSetId")
    if not wish.mtls.present:
        taken = held is not None and wish.mtls.ca_set_id in (None, str(held))
        return {key: value for key, value in item.items() if key != "mtls"} if taken else item
    kind = item.get("certProvisioningType")
    if kind != "CCM":
        raise InvalidOption(
            f"mtls of {wish.hostname} needs certificate_type CCM, not {kind}.",
            cure="Bind the CA set to the CPS enrollment instead (cps_mtls_binding).",
        )
    old = item.get("mtls") or {}
    chosen = {member: getattr(wish.mtls, name) for name, member in MTLS_MEMBERS.items()}
    new = {key: old.get(key, False) if value is None else value for key, value in chosen.items()}
    if all(old.get(key) == value for key, value in new.items()):
        return item
    # The link belongs to the set that was there.
    kept = {key: value for key, value in old.items() if key != "caSetLink" or old.get("caSetId") == new["caSetId"]}
    return {**item, "mtls": {**kept, **new}}


def _edge_hostname(text: str) -> tuple[str, str]:
    """The member that names an edge host name, and its value."""
    if text.startswith("ehn_") or text.isdigit():
        return "edgeHostnameId", str(prefixed(text, "edge_hostname"))
    return "cnameTo", host(text)


def _edit(items: Sequence[Item], edited: list[Item], concerned: Iterable[str]) -> Edit:
    names = set(concerned)
    changed = not equal(items, edited)
    before = _projected(items, names)
    return Edit(edited if changed else list(items), before, _projected(edited, names) if changed else before, changed)


def _projected(items: Iterable[Item], names: set[str]) -> list[dict[str, Any]]:
    return sorted((project(item) for item in items if _key(item) in names), key=lambda shown: str(shown["cname_from"]))


def _content(items: Iterable[Item]) -> dict[str, dict[str, Any]]:
    return {_key(item): _meaning(item) for item in items}


def _meaning(item: Item) -> dict[str, Any]:
    kept = {key: _plain(value) for key, value in item.items() if key not in READ_ONLY}
    kept = {key: value for key, value in kept.items() if value not in _EMPTY}
    if "edgeHostnameId" in kept:
        kept["edgeHostnameId"] = bare(kept["edgeHostnameId"])
    for name in ("cnameFrom", "cnameTo"):
        if name in kept:
            kept[name] = host(str(kept[name]))
    return kept


def _plain(value: Any) -> Any:
    """Without links, which the server adds, and without what means nothing."""
    if isinstance(value, dict):
        plain = {key: _plain(item) for key, item in value.items() if not key.endswith("Link")}
        return {key: item for key, item in plain.items() if item not in _EMPTY}
    return value


def _lost(wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Members that `got` lacks or has otherwise; one name of the edge host name is enough if it is the same."""
    lost = sorted(name for name, value in wanted.items() if got.get(name) != value)
    same_edge = any(name in wanted and wanted[name] == got.get(name) for name in _EDGE_HOSTNAME)
    return [name for name in lost if not (same_edge and name in _EDGE_HOSTNAME and name not in got)]


def _key(item: Item) -> str:
    return host(str(item.get("cnameFrom")))
