# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resources read of PAPI: each thing once per run, with the results of earlier tasks laid over it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._api import papi
from .._domain import hostnames, property_past
from .._domain.errors import InvalidOption
from .._domain.past import Event
from .._domain.plan import SERVER_MADE, Document
from .._domain.references import bare, given, host, host_matches, is_number, only, prefixed, same_id
from .._wire.errors import ApiError
from .mets_world import NETWORKS, NetworkState
from .side_reads import check_skipped, together

if t.TYPE_CHECKING:
    from .world import World

# The statuses of an activation that is not over (papi-v1.md 12.5).
OPEN: t.Final = frozenset(
    ["NEW", "PENDING", "ZONE_1", "ZONE_2", "ZONE_3", "PENDING_DEACTIVATION", "PENDING_CANCELLATION"]
)
# ... and of one that has not come to anything.
VOID: t.Final = frozenset(["ABORTED", "FAILED"])
# The words for a version, and the member of a property that has its number.
WORDS: t.Final = {"production": "productionVersion", "staging": "stagingVersion", "latest": "latestVersion"}


def version_word(options: t.Mapping[str, t.Any]) -> str:
    """The option `version`: a number, or one of `WORDS`, by default production."""
    word = (given(options.get("version")) or "production").lower()
    if word not in WORDS and not is_number(word):
        raise InvalidOption(f"version: {word!r} is neither a number nor one of {', '.join(WORDS)}.")
    return word


def numbered(prop: Document, word: str) -> int | None:
    """The number of the version that a word or number stands for; None where there is none."""
    number = prop.get(WORDS[word]) if word in WORDS else int(word)
    return number if number is not None and 0 < number <= int(prop["latestVersion"]) else None


@dataclass(frozen=True, slots=True)
class PropertyRef:
    """How a task names a property: by name or id, perhaps within a contract and group."""

    name: str | None = None
    id: str | None = None
    contract: str | None = None
    group: str | None = None

    @classmethod
    def required(cls, options: t.Mapping[str, t.Any]) -> PropertyRef:
        found = cls.optional(options)
        if found is None:
            raise InvalidOption(
                "One of property_name and property_id is required.",
                cure="An empty value, as from an undefined result, counts as none.",
            )
        return found

    @classmethod
    def optional(cls, options: t.Mapping[str, t.Any]) -> PropertyRef | None:
        name, number = given(options.get("property_name")), bare(options.get("property_id"), "property")
        if name is not None and number is not None:
            raise InvalidOption("property_name and property_id exclude each other.", cure="Give only one of them.")
        if number is not None and not is_number(number):
            raise InvalidOption(
                f"property_id: {number!r} is not the id of a property, which is made of digits.",
                cure="Give `property_name` if it is a name.",
            )
        if name is None and number is None:
            return None
        contract = prefixed(options.get("contract_id"), "contract")
        return cls(name, number, contract, prefixed(options.get("group_id"), "group"))

    def __str__(self) -> str:
        return f'property "{self.name}"' if self.name is not None else f"property {self.id}"


class PapiWorld:
    """Reads PAPI for one run. `past` are the events of earlier tasks, empty in a real run."""

    def __init__(self, world: World, past: t.Sequence[Event]) -> None:
        self._world = world
        self._session = world.session
        self._may_search = True
        self._past = [event for event in past if event.kind == "property_version"]
        self._memory: dict[tuple[t.Any, ...], t.Any] = {}

    def forget(self) -> None:
        """Read everything anew from here on (after a write)."""
        self._memory.clear()

    def _once(self, key: tuple[t.Any, ...], read: t.Callable[[], t.Any]) -> t.Any:
        if key not in self._memory:
            self._memory[key] = read()
        return self._memory[key]

    # Properties

    def property(self, ref: PropertyRef) -> Document | None:
        """The property with its latest and active versions, or None. A name with several hits is `ambiguous`."""
        if ref.id is not None:
            return self.by_id(ref.id, papi.Place(ref.contract, ref.group))
        row = self._row_of(ref)
        return None if row is None else self.by_id(str(row["propertyId"]), place_of(row))

    def required(self, ref: PropertyRef) -> Document:
        """The property, or a `not_found` error."""
        found = self.property(ref)
        cure = "Check the name, the account, and that the client may see the property. Properties are made elsewhere."
        hit: Document = only([] if found is None else [found], str(ref), cure=cure)
        return hit

    def with_hostname(self, hostname: str) -> list[Document]:
        """The properties that have the host name, or a wildcard for it, on a version that is active somewhere.

        Host names whose certificate no enrollment can have do not count.
        """
        wildcard = hostname.startswith("*.")
        candidates = self.all_properties() if wildcard else self.having(hostname, self._touched())
        return [p for p in candidates if self._serves(p, hostname)]

    def having(self, hostname: str, more: t.Mapping[str, papi.Place] | None = None) -> list[Document]:
        """The properties that have the host name, or the wildcard for it, on an active version or the latest."""
        patterns = (hostname, f"*.{hostname.partition('.')[2]}")
        places = {**(more or {}), **{k: v for pattern in patterns for k, v in self._found(pattern).items()}}
        return [p for number, place in places.items() if (p := self.by_id(number, place)) is not None]

    def _found(self, hostname: str) -> dict[str, papi.Place]:
        """Where the properties are that have exactly this host name, by id."""
        rows = self._once(
            ("host", hostname),
            lambda: self._search(lambda: self._listed_with(hostname), hostname=hostname),
        )
        return {
            str(row["propertyId"]): place_of(row) for row in rows if host(str(row.get("hostname"))) == host(hostname)
        }

    def _search(self, listed: t.Callable[[], list[Document]], **value: str) -> list[Document]:
        """The rows of a search. It is a POST, so a client that may only read may be refused: then those that are `listed`."""
        if not self._may_search:
            return listed()
        try:
            return papi.find_by_value(self._session, **value)
        except ApiError as error:
            if error.status != 403:
                raise
            self._may_search = False
            rows = listed()
            if self._world.dry:
                check_skipped(self._world, error)
            return rows

    def _listed_with(self, hostname: str) -> list[Document]:
        """The properties that have the host name on a version that is active or the latest, as rows of a search."""

        def names(prop: Document) -> set[str]:
            versions = (prop.get(f"{which}Version") for which in ("latest", "staging", "production"))
            numbers = {int(version) for version in versions if version is not None}
            return {host(str(item["cnameFrom"])) for number in numbers for item in self.hostnames(prop, number)}

        listed = self.all_properties()
        found = zip(listed, together(names, listed), strict=True)
        return [{**prop, "hostname": hostname} for prop, held in found if host(hostname) in held]

    def _touched(self) -> dict[str, papi.Place]:
        """The properties on which an earlier task would have changed what is active."""
        return {str(event.id): papi.ANYWHERE for event in self._past if event.network is not None}

    def all_properties(self) -> list[Document]:
        """All properties that the client may see, by its groups and contracts."""

        def read() -> list[Document]:
            places = [
                papi.Place(str(contract), str(group["groupId"]))
                for group in papi.list_groups(self._session)
                for contract in group.get("contractIds") or []
            ]
            listed = (row for place in places for row in papi.list_properties(self._session, place))
            return list({str(row["propertyId"]): row for row in listed}.values())

        return [self._overlaid(found) for found in self._once(("all",), read)]

    def _serves(self, prop: Document, hostname: str) -> bool:
        active = {int(v) for network in NETWORKS if (v := prop.get(f"{network.lower()}Version")) is not None}
        return any(
            host_matches(hostname, str(item.get("cnameFrom"))) or host_matches(str(item.get("cnameFrom")), hostname)
            for version in sorted(active)
            for item in self.hostnames(prop, version)
            if hostnames.by_enrollment(item)
        )

    def _row_of(self, ref: PropertyRef) -> Document | None:
        name = str(ref.name)
        rows = self._once(("name", name), lambda: self._search(self.all_properties, property_name=name))
        hits = [
            row
            for row in rows
            if row.get("propertyName") == ref.name
            and (ref.contract is None or same_id(row.get("contractId"), ref.contract))
            and (ref.group is None or same_id(row.get("groupId"), ref.group))
        ]
        by_id = {str(row["propertyId"]): row for row in hits}
        cure = "Name it by `property_id`, or narrow it with `contract_id` and `group_id`."
        return by_id[only(by_id, str(ref), cure=cure)] if by_id else None

    def by_id(self, number: str, place: papi.Place = papi.ANYWHERE) -> Document | None:
        """The property of that id, or None."""

        def read() -> Document | None:
            try:
                return papi.get_property(self._session, number, place=place)
            except ApiError as error:
                if error.status == 404:
                    return None
                raise

        found = self._once(("property", bare(number)), read)
        return None if found is None else self._overlaid(found)

    def _overlaid(self, found: Document) -> Document:
        """The property after earlier tasks; `predicted` are the versions that do not exist yet, with their bases."""
        prop = {**found, "predicted": {}}
        for event in self._about(prop):
            if event.network is not None:
                prop[f"{event.network.lower()}Version"] = event.version if event.verb == "activate" else None
            elif event.version is not None and event.version > int(prop["latestVersion"]):
                prop["latestVersion"] = event.version
                prop["predicted"][event.version] = property_past.base_of(event.result)
        return prop

    def _about(self, prop: Document) -> list[Event]:
        return [event for event in self._past if same_id(event.id, prop["propertyId"])]

    def _edits_of(self, prop: Document, version: int) -> list[Document]:
        """The results of earlier tasks that edited this version, each once."""
        edits = [e.result for e in self._about(prop) if e.version == version and e.network is None]
        return [result for number, result in enumerate(edits) if result not in edits[:number]]

    # What is in a version

    def rules(self, prop: Document, version: int) -> Document:
        """The envelope of a version: `rules`, `ruleFormat`, `etag`, and `errors` where there are any."""
        number, edits = str(prop["propertyId"]), self._edits_of(prop, version)
        if version in prop.get("predicted", {}):
            envelope = {**self.rules(prop, prop["predicted"][version]), "etag": SERVER_MADE}
        else:
            envelope = self._once(
                ("rules", number, version),
                lambda: papi.get_rules(self._session, number, version, place=place_of(prop)),
            )
        tree = envelope["rules"]
        for result in edits:
            tree = property_past.replay_rules(tree, str(envelope["ruleFormat"]), result)
        return {**envelope, "rules": tree, "propertyVersion": version}

    def hostnames(self, prop: Document, version: int) -> list[Document]:
        """The host names of a version."""
        number = str(prop["propertyId"])
        if version in prop.get("predicted", {}):
            held = self.hostnames(prop, prop["predicted"][version])
        else:
            answer = self._once(
                ("hostnames", number, version),
                lambda: papi.get_hostnames(self._session, number, version, place=place_of(prop)),
            )
            held = list(answer["hostnames"].get("items") or [])
        for result in self._edits_of(prop, version):
            held = property_past.replay_hostnames(held, result)
        return held

    def tied(self, number: str, ca_set_id: str) -> list[Document]:
        """The CCM host names of a property that carry the set where they are active: {hostName, network, status}."""
        prop = self.by_id(number) or {}
        live = [(network, version) for network in NETWORKS if (version := prop.get(f"{network.lower()}Version"))]
        return [
            {"hostName": item["cnameFrom"], "network": network, "status": "ATTACHED"}
            for network, version in live
            for item in self.hostnames(prop, version)
            if hostnames.ca_set_of(item) == ca_set_id
        ]

    def versions(self, prop: Document) -> list[Document]:
        """The versions of a property, as listed."""
        number = str(prop["propertyId"])
        listed: list[Document] = self._once(
            ("versions", number), lambda: papi.list_versions(self._session, number, place=place_of(prop))
        )
        return listed

    def activations(self, prop: Document) -> list[Document]:
        """All activations and deactivations of a property, newest first."""
        number = str(prop["propertyId"])
        listed = self._once(
            ("activations", number), lambda: papi.list_activations(self._session, number, place=place_of(prop))
        )
        assumed = [
            {
                "activationId": None,
                "network": event.network,
                "propertyVersion": event.version,
                "activationType": event.verb.upper(),
                "status": "ACTIVE",
            }
            for event in self._about(prop)
            if event.network is not None
        ]
        moved = {record["network"] for record in assumed}
        kept = [a for a in listed if a["status"] not in OPEN or a["network"] not in moved]
        newest = sorted(kept, key=lambda a: (a.get("updateDate") or "", a.get("submitDate") or ""), reverse=True)
        return [*reversed(assumed), *newest]

    def networks(self, prop: Document) -> dict[str, NetworkState]:
        """Both networks, with what runs there; an operation there is in the shape of METS, see `operation`."""
        records = self.activations(prop)
        states = {}
        for network in NETWORKS:
            active = prop.get(f"{network.lower()}Version")
            running = [operation(a, active) for a in records if a["network"] == network and a["status"] in OPEN]
            states[network] = NetworkState(network, active, running[0] if running else None)
        return states


def operation(record: Document, active: int | None) -> Document:
    """An activation with the `version` and `activationType` that it leads to; a cancelled one leaves what is active."""
    if record["status"] == "PENDING_CANCELLATION":
        return {**record, "activationType": "ACTIVATE", "version": active}
    return {**record, "version": record["propertyVersion"]}


def place_of(prop: t.Mapping[str, t.Any]) -> papi.Place:
    """Contract and group of a property, to be named in every call about it (papi-v1.md 1.4)."""
    return papi.Place(prop.get("contractId"), prop.get("groupId"))
