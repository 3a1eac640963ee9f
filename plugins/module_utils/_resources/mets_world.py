# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resources read of METS: each thing once per run, with the results of earlier tasks laid over it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._api import mets
from .._domain.errors import InvalidOption
from .._domain.past import Event
from .._domain.plan import PREDICTED_PREFIX, SERVER_MADE, Document, is_predicted, predicted_id
from .._domain.references import bare, ca_set_name, given, is_number, one_of, only
from .._domain.shapes import camel
from .._wire.errors import ApiError

if t.TYPE_CHECKING:
    from .._wire.session import Session
    from .papi_world import PapiWorld

NETWORKS: t.Final = ("STAGING", "PRODUCTION")


@dataclass(frozen=True, slots=True)
class CaSetRef:
    """How a task names a CA set: exactly one of the two."""

    name: str | None = None
    id: str | None = None

    @classmethod
    def required(cls, options: t.Mapping[str, t.Any], where: str = "") -> CaSetRef:
        found = cls.optional(options)
        if found is None:
            raise InvalidOption(
                f"{where}One of ca_set_name and ca_set_id is required.",
                cure="An empty value, as from an undefined result, counts as none.",
            )
        return found

    @classmethod
    def optional(cls, options: t.Mapping[str, t.Any]) -> CaSetRef | None:
        found = one_of(options, "ca_set_name", "ca_set_id", required=False)
        if found is None:
            return None
        option, text = found
        if option == "ca_set_id":
            if not is_number(text):
                raise InvalidOption(
                    f"ca_set_id: {text!r} is not the id of a CA set, which is made of digits.",
                    cure="Give `ca_set_name` if it is a name.",
                )
            return cls(id=text)
        return cls(name=ca_set_name(text))

    @classmethod
    def of_id(cls, number: str) -> CaSetRef:
        """The set of an id in a document; in a prediction it may be one that does not exist yet."""
        return cls(name=number.removeprefix(PREDICTED_PREFIX)) if is_predicted(number) else cls(id=number)

    def __str__(self) -> str:
        return f'CA set "{self.name}"' if self.name is not None else f"CA set {self.id}"


@dataclass(frozen=True, slots=True)
class NetworkState:
    """A network as a CA set has it: what is active, and the operation that runs there (an Activation document)."""

    network: str
    active: int | None
    running: Document | None

    @property
    def settled(self) -> int | None:
        """The version that is active once the running operation is over."""
        if self.running is None:
            return self.active
        return t.cast(int, self.running["version"]) if self.running["activationType"] == "ACTIVATE" else None


class MetsWorld:
    """Reads METS for one run. `past` are the events of earlier tasks, empty in a real run; `papi` tells what they make live."""

    def __init__(self, session: Session, past: t.Sequence[Event], papi: t.Callable[[], PapiWorld]) -> None:
        self._session = session
        self._past = past
        self._papi = papi
        self._memory: dict[tuple[t.Any, ...], t.Any] = {}

    def forget(self) -> None:
        """Read everything anew from here on (after a write)."""
        self._memory.clear()

    def _once(self, key: tuple[t.Any, ...], read: t.Callable[[], t.Any]) -> t.Any:
        if key not in self._memory:
            self._memory[key] = read()
        return self._memory[key]

    # CA sets

    def ca_set(self, ref: CaSetRef) -> Document | None:
        """The CASet that is not deleted, or None. A name with several hits is `ambiguous`."""
        found = self._by_name(ref.name) if ref.name is not None else self._by_id(t.cast(str, ref.id))
        return self._overlaid(found, ref)

    def required(self, ref: CaSetRef) -> Document:
        """The CASet, or a `not_found` error that lists the names seen."""
        found = self.ca_set(ref)
        seen = None if found is not None or ref.name is None else [s["caSetName"] for s in self.ca_sets()]
        cure = "Check the name, or make the set first with `mets_ca_set`."
        if ref.name is None:
            cure = "Check the id: `mets_ca_set_info` lists what there is."
        return only([] if found is None else [found], str(ref), seen, cure=cure)

    def ca_sets(self, *, prefix: str | None = None, deleted: bool = False) -> list[Document]:
        """All sets (those that are DELETED only on request), as the API lists them, plus those an earlier task would make."""
        statuses = ("NOT_DELETED", "DELETING", *(["DELETED"] if deleted else []))
        listed = self._once(
            ("sets", prefix, deleted),
            lambda: mets.list_ca_sets(self._session, prefix=prefix, statuses=statuses),
        )
        shown = []
        for ca_set in listed:
            if ca_set["caSetStatus"] == "DELETED":
                if deleted:
                    shown.append(ca_set)
            elif (kept := self._overlaid(ca_set, CaSetRef(id=str(ca_set["caSetId"])))) is not None:
                shown.append(kept)
        known = {ca_set["caSetName"] for ca_set in shown}
        for event in self._past:
            made = event.verb in ("create", "clone") and event.kind == "ca_set" and event.name not in known
            if made and (event.name or "").startswith(prefix or ""):
                new = self._overlaid(None, CaSetRef(name=event.name))
                if new is not None:
                    shown.append(new)
        return shown

    def _by_name(self, name: str) -> Document | None:
        listed = self._once(
            ("named", name),
            lambda: mets.list_ca_sets(self._session, prefix=name, statuses=("NOT_DELETED", "DELETING")),
        )
        hits = [s for s in listed if s["caSetName"] == name and s["caSetStatus"] != "DELETED"]
        if not hits:
            return None
        found: Document = only(hits, f'CA set "{name}"', show=lambda s: f"{s['caSetId']} ({s['caSetStatus']})")
        return found

    def _by_id(self, ca_set_id: str) -> Document | None:
        found = self.any_by_id(ca_set_id)
        return None if found is None or found["caSetStatus"] == "DELETED" else found

    def any_by_id(self, ca_set_id: str) -> Document | None:
        """The CASet of that id, also where it is DELETED."""
        read = self._once(("set", ca_set_id), lambda: unless_missing(mets.get_ca_set, self._session, ca_set_id))
        return t.cast("Document | None", read)

    def deletion_runs(self, ca_set: Document) -> bool:
        """Whether the deletion of a DELETING set is under way; a failed one may leave the set in that status (mets-v2.md 5.1)."""
        status = self._once(
            ("deletion", ca_set["caSetId"]), lambda: mets.get_delete_status(self._session, str(ca_set["caSetId"]))
        )
        return bool(status[1]["status"] != "FAILED")

    def _overlaid(self, found: Document | None, ref: CaSetRef) -> Document | None:
        ca_set = found
        for event in self._past:
            if not _is_about(event, ca_set, ref):
                continue
            if event.kind == "ca_set":
                if event.verb == "delete":
                    ca_set = None
                elif ca_set is None:
                    ca_set = _made(event)
            elif ca_set is not None and event.kind == "ca_set_version":
                ca_set = _moved(ca_set, event)
        return ca_set

    # Versions

    def versions(self, ca_set: Document) -> list[Document]:
        """All versions, deleted ones too, with certificates; ascending by number."""
        ca_set_id = ca_set["caSetId"]
        listed: list[Document] = []
        if not is_predicted(ca_set_id):
            listed = self._once(
                ("versions", ca_set_id),
                lambda: mets.list_versions(
                    self._session, ca_set_id, include_certificates=True, statuses=("NOT_DELETED", "DELETED")
                ),
            )
        else:
            listed = self._cloned(ca_set)
        by_number = {version["version"]: version for version in listed}
        for event in self._past:
            if event.kind != "ca_set_version" or event.version is None or not _names(event, ca_set):
                continue
            if event.verb in ("create", "update", "clone"):
                held = event.result.get("ca_set_version") or {}
                by_number[event.version] = {**by_number.get(event.version, {}), **camel(held), "version": event.version}
            elif event.verb == "delete":
                by_number[event.version] = {**by_number[event.version], "caSetVersionStatus": "DELETED"}
        return [by_number[number] for number in sorted(by_number)]

    def _cloned(self, ca_set: Document) -> list[Document]:
        """What a set that an earlier task would clone begins with."""
        for event in self._past:
            origin = event.result.get("cloned_from")
            if event.verb == "clone" and event.kind == "ca_set" and origin and _names(event, ca_set):
                source = self.required(CaSetRef(name=origin["ca_set_name"]))
                held = next(v for v in self.versions(source) if v["version"] == origin["version"])
                inactive = {"version": 1, "stagingStatus": "INACTIVE", "productionStatus": "INACTIVE"}
                return [{**held, **inactive, "caSetId": ca_set["caSetId"], "caSetName": ca_set["caSetName"]}]
        return []

    # Activations

    def activations(self, ca_set: Document) -> list[Document]:
        """All activations and deactivations of a set, newest first."""
        ca_set_id = ca_set["caSetId"]
        listed: list[Document] = []
        if not is_predicted(ca_set_id):
            listed = self._once(("activations", ca_set_id), lambda: mets.list_set_activations(self._session, ca_set_id))
        assumed = [
            {
                "activationId": None,
                "network": event.network,
                "version": event.version,
                "activationType": event.verb.upper(),
                "activationStatus": "COMPLETE",
            }
            for event in self._past
            if event.kind == "ca_set_version" and event.network is not None and _names(event, ca_set)
        ]
        moved = {record["network"] for record in assumed}
        kept = [a for a in listed if a["activationStatus"] != "IN_PROGRESS" or a["network"] not in moved]
        return [*reversed(assumed), *sorted(kept, key=lambda a: a["createdDate"], reverse=True)]

    def networks(self, ca_set: Document) -> dict[str, NetworkState]:
        """Both networks, with what runs there."""
        records = self.activations(ca_set)
        states = {}
        for network in NETWORKS:
            running = [a for a in records if a["network"] == network and a["activationStatus"] == "IN_PROGRESS"]
            active = ca_set.get(f"{network.lower()}Version")
            states[network] = NetworkState(network, active, running[0] if running else None)
        return states

    # Use

    def users(self, ca_set: Document) -> list[str]:
        """Who uses the set, in words: `enrollment 10001 (www.example.com)`, `host name www.example.com (property 1)`.

        Host names that it is being taken off do not count (MEANING 2); they are `leaving`.
        """
        enrollments = [f"enrollment {e['enrollmentId']} ({e['cn']})" for e in self.associations(ca_set)["enrollments"]]
        return [*enrollments, *self._hostnames(ca_set, leaving=False)]

    def leaving(self, ca_set: Document) -> list[str]:
        """The host names that the set is being taken off, in the same words."""
        return self._hostnames(ca_set, leaving=True)

    def _hostnames(self, ca_set: Document, *, leaving: bool) -> list[str]:
        found = [
            f"host name {h['hostName']} (property {entry.get('propertyName') or entry['propertyId']})"
            for entry in self.associations(ca_set)["properties"]
            for h in entry.get("hostnames") or []
            if (h.get("status") == "DETACHING") is leaving
        ]
        # A host name is listed once for each network.
        return list(dict.fromkeys(found))

    def associations(self, ca_set: Document) -> dict[str, list[Document]]:
        """`enrollments` and `properties` that use the set, never null."""
        ca_set_id = ca_set["caSetId"]
        read: dict[str, list[Document] | None] = {}
        if not is_predicted(ca_set_id):
            read = self._once(("uses", ca_set_id), lambda: mets.list_associations(self._session, ca_set_id))
        enrollments = {str(e["enrollmentId"]): e for e in read.get("enrollments") or []}
        for event in self._past:
            if event.kind != "enrollment":
                continue
            binding = event.result.get("binding") or {}
            if event.verb in ("unbind", "delete"):
                enrollments.pop(str(event.id), None)
            elif event.verb == "bind":
                enrollments.pop(str(event.id), None)
                if binding.get("ca_set_name") == ca_set["caSetName"]:
                    enrollments[str(event.id)] = {
                        "enrollmentId": int(str(event.id)),
                        "cn": event.name,
                        "stagingSlots": ["assumed"],
                        "productionSlots": ["assumed"],
                    }
        properties = self._properties(ca_set_id, read.get("properties") or [])
        return {"enrollments": list(enrollments.values()), "properties": properties}

    def _properties(self, ca_set_id: str, listed: t.Sequence[Document]) -> list[Document]:
        """The properties whose host names carry the set, those included that an earlier task would activate or deactivate."""
        moved = {
            (str(bare(event.id, "property")), str(event.network))
            for event in self._past
            if event.kind == "property_version" and event.network is not None and event.id is not None
        }
        by_id = {str(bare(entry["propertyId"])): entry for entry in listed}
        for number in {number: None for number, _network in sorted(moved)}:
            held = by_id.get(number, {}).get("hostnames") or []
            kept = [h for h in held if (number, h["network"]) not in moved]
            tied = [h for h in self._papi().tied(number, ca_set_id) if (number, h["network"]) in moved]
            prop = self._papi().by_id(number) or {}
            by_id[number] = {
                "propertyId": number,
                "propertyName": prop.get("propertyName"),
                "hostnames": [*kept, *tied],
            }
        return [entry for entry in by_id.values() if entry.get("hostnames")]


def unless_missing(read: t.Callable[..., Document], *arguments: t.Any) -> Document | None:
    """What `read` returns, or None where the API answers 404."""
    try:
        return read(*arguments)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def _is_about(event: Event, ca_set: Document | None, ref: CaSetRef) -> bool:
    if event.kind not in ("ca_set", "ca_set_version"):
        return False
    if ca_set is not None:
        return _names(event, ca_set)
    return event.name == ref.name if ref.name is not None else given(event.id) == ref.id


def _names(event: Event, ca_set: Document) -> bool:
    return event.name == str(ca_set["caSetName"])


def _made(event: Event) -> Document:
    """The CASet that an earlier task would have made."""
    held = camel(event.result.get("ca_set") or {})
    return {
        **dict.fromkeys(("accountId", "createdBy", "createdDate"), SERVER_MADE),
        "caSetStatus": "NOT_DELETED",
        "description": held.get("description"),
        "latestVersion": held.get("latestVersion"),
        "stagingVersion": None,
        "productionVersion": None,
        "caSetName": event.name,
        "caSetId": predicted_id(str(event.name)),
    }


def _moved(ca_set: Document, event: Event) -> Document:
    """The CASet after a step on one of its versions."""
    if event.verb in ("create", "clone"):
        return {**ca_set, "latestVersion": event.version}
    if event.verb == "activate":
        return {**ca_set, f"{str(event.network).lower()}Version": event.version}
    if event.verb == "deactivate":
        return {**ca_set, f"{str(event.network).lower()}Version": None}
    return ca_set
