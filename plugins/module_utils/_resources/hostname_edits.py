# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of the host names of a property version: what a task wants of them (papi-v1.md 11)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._api import papi
from .._domain import hostnames
from .._domain.errors import InvalidOption, NotFound
from .._domain.hostnames import CERTIFICATE_MEMBERS, HostnameWish, Item, MtlsWish
from .._domain.plan import Document
from .._domain.references import given, host, same_id
from .mets_operations import refuse_deleting
from .mets_world import CaSetRef
from .papi_world import place_of
from .world import World

# Members of a host name in results, besides `state`.
HOSTNAME: t.Final = (
    "cname_from",
    "cname_to",
    "cname_type",
    "edge_hostname_id",
    "cert_provisioning_type",
    "ccm_certificates",
    "mtls",
)


@dataclass(frozen=True, slots=True)
class HostnameEdit:
    """Host names that shall be there, or not. `edge` is the edge host name as PAPI lists it, once it is looked up.

    `set_ref` names the set of `mtls`, which has its id once it is resolved.
    """

    present: bool
    names: tuple[str, ...]
    edge_hostname: str | None = None
    certificate_type: str | None = None
    certificates: t.Mapping[str, str] = field(default_factory=dict)
    mtls: MtlsWish | None = None
    set_ref: CaSetRef | None = None
    edge: t.Mapping[str, t.Any] = field(default_factory=dict)

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> HostnameEdit:
        names = tuple(dict.fromkeys(host(name) for name in options.get("hostnames") or [] if given(name)))
        if not names:
            raise InvalidOption("hostnames: at least one host name is needed.")
        if options["state"] == "absent":
            return cls(False, names)
        edge, kind = given(options.get("edge_hostname")), options.get("certificate_type")
        mtls, set_ref = _mtls(options.get("mtls"))
        return cls(True, names, edge, kind, _certificates(options.get("ccm_certificates")), mtls, set_ref)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(f"host name {name}" for name in self.names)

    def make(self, items: t.Sequence[Item]) -> hostnames.Edit:
        if not self.present:
            return hostnames.remove(items, self.names)
        edge = self.edge.get("edgeHostnameDomain") or self.edge_hostname
        edit = hostnames.ensure(
            items,
            [HostnameWish(name, edge, self.certificate_type, self.mtls, self.certificates) for name in self.names],
        )
        if not self.edge or not edit.changed:
            return edit
        both = {"cnameTo": self.edge["edgeHostnameDomain"], "edgeHostnameId": self.edge["edgeHostnameId"]}
        filled = [{**item, **both} if host(str(item["cnameFrom"])) in self.names else item for item in edit.items]
        shown = sorted(
            (hostnames.project(item) for item in filled if host(str(item["cnameFrom"])) in self.names),
            key=lambda entry: str(entry["cname_from"]),
        )
        return edit._replace(items=filled, after=shown)

    def resolved(self, world: World, prop: Document, items: t.Sequence[Item]) -> tuple[HostnameEdit, dict[str, str]]:
        """The edit with its edge host name and the id of its set, and the name of the set by id.

        The edge host name, which has to exist, is looked up where a host name does not have it yet.
        """
        mtls, names = self._resolved_mtls(world)
        edit = replace(self, mtls=mtls)
        if self.edge_hostname is None:
            return edit, names
        edges = [item for item in items if host(str(item["cnameFrom"])) in self.names]
        if len(edges) == len(self.names) and all(_is_edge(self.edge_hostname, item, "cnameTo") for item in edges):
            return edit, names
        return replace(edit, edge=find_edge_hostname(world, prop, self.edge_hostname)), names

    def _resolved_mtls(self, world: World) -> tuple[MtlsWish | None, dict[str, str]]:
        if self.mtls is None or self.set_ref is None:
            return self.mtls, {}
        found = world.mets.required(self.set_ref) if self.mtls.present else world.mets.ca_set(self.set_ref)
        if found is None:
            # A set that does not exist is on no host name; one that METS has no more may be.
            return (replace(self.mtls, ca_set_id=self.set_ref.id) if self.set_ref.id else None), {}
        if self.mtls.present:
            refuse_deleting(found)
        number = str(found["caSetId"])
        return replace(self.mtls, ca_set_id=number), {number: str(found["caSetName"])}


def _mtls(option: t.Mapping[str, t.Any] | None) -> tuple[MtlsWish | None, CaSetRef | None]:
    """The option `mtls`, and how it names the set."""
    if option is None:
        return None, None
    present = option["state"] == "present"
    try:
        set_ref = CaSetRef.required(option) if present else CaSetRef.optional(option)
    except InvalidOption as error:
        raise InvalidOption(f"mtls: {error.msg}", cure=error.cure) from None
    return MtlsWish(None, option.get("ocsp"), option.get("send_ca_list_to_client"), present), set_ref


def _certificates(option: t.Mapping[str, t.Any] | None) -> dict[str, str]:
    found = {name: number for name in CERTIFICATE_MEMBERS if (number := given((option or {}).get(name))) is not None}
    if option is not None and not found:
        raise InvalidOption(
            f"ccm_certificates: at least one of {' and '.join(CERTIFICATE_MEMBERS)} is needed.",
            cure="Leave the option out to keep the certificates that are there.",
        )
    return found


def find_edge_hostname(world: World, prop: Document, wanted: str) -> Document:
    """The edge host name of that name or id: in the property's group, else anywhere in its contract."""
    own = place_of(prop)
    seen: list[str] = []
    for place in (own, *_other_groups(world, own)):
        for edge in papi.list_edge_hostnames(world.session, place):
            if _is_edge(wanted, edge, "edgeHostnameDomain"):
                return edge
            seen.append(str(edge.get("edgeHostnameDomain")))
    raise NotFound(
        f"edge_hostname: there is no edge host name {wanted!r} in contract {own.contract_id}.",
        cure="Make it in Property Manager first. There are: " + (", ".join(sorted(set(seen))[:20]) or "none") + ".",
    )


def _other_groups(world: World, own: papi.Place) -> t.Iterator[papi.Place]:
    for group in papi.list_groups(world.session):
        contracts = group.get("contractIds") or []
        if not same_id(group["groupId"], own.group_id) and any(same_id(c, own.contract_id) for c in contracts):
            yield papi.Place(own.contract_id, str(group["groupId"]))


def _is_edge(wanted: str, edge: t.Mapping[str, t.Any], member: str) -> bool:
    return same_id(wanted, edge.get("edgeHostnameId")) or host(wanted) == host(str(edge.get(member)))
