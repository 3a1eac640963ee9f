# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resources read of CPS: each thing once per run, with the results of earlier tasks laid over it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._api import cps
from .._domain import enrollment
from .._domain.errors import InvalidOption
from .._domain.past import Event
from .._domain.plan import Document, predicted_id
from .._domain.references import bare, is_number, only
from .mets_world import unless_missing

if t.TYPE_CHECKING:
    from .._wire.session import Session


@dataclass(frozen=True, slots=True)
class EnrollmentRef:
    """How a task names an enrollment: by id, or by common name, perhaps within a contract."""

    id: str | None = None
    name: str | None = None
    contract: str | None = None

    @classmethod
    def required(cls, options: t.Mapping[str, t.Any]) -> EnrollmentRef:
        found = cls.optional(options)
        if found is None:
            raise InvalidOption(
                "One of enrollment_id and common_name is required.",
                cure="An empty value, as from an undefined result, counts as none.",
            )
        return found

    @classmethod
    def optional(cls, options: t.Mapping[str, t.Any]) -> EnrollmentRef | None:
        number, name = bare(options.get("enrollment_id")), bare(options.get("common_name"))
        contract = bare(options.get("contract_id"), "contract")
        if number is not None and name is not None:
            raise InvalidOption("enrollment_id and common_name exclude each other.", cure="Give only one of them.")
        if number is not None and not is_number(number):
            raise InvalidOption(
                f"enrollment_id: {number!r} is not the id of an enrollment, which is made of digits.",
                cure="Give `common_name` if it is a name.",
            )
        if number is None and name is None:
            return None
        return cls(number, name, contract)

    def __str__(self) -> str:
        within = f" of contract {self.contract}" if self.contract else ""
        return f'enrollment "{self.name}"{within}' if self.name is not None else f"enrollment {self.id}"


class CpsWorld:
    """Reads CPS for one run. `past` are the events of earlier tasks, empty in a real run."""

    def __init__(self, session: Session, past: t.Sequence[Event]) -> None:
        self._session = session
        self._past = past
        self._memory: dict[tuple[str, str | None], t.Any] = {}

    def forget(self) -> None:
        """Read everything anew from here on (after a write)."""
        self._memory.clear()

    def enrollments(self, contract: str | None = None) -> list[Document]:
        """All enrollments the client sees, or those of a contract."""
        key = ("all", contract)
        if key not in self._memory:
            self._memory[key] = cps.list_enrollments(self._session, contract)
        return [kept for found in self._memory[key] if (kept := self._overlaid(found)) is not None]

    def enrollment(self, ref: EnrollmentRef) -> Document | None:
        """The enrollment, or None. A common name that several have is `ambiguous`."""
        if ref.id is not None:
            found = self._by_id(ref.id)
            return None if found is None else self._overlaid(found)
        hits = [e for e in self.enrollments(ref.contract) if common_name(e) == ref.name]
        return self._single(ref, hits) if hits else None

    def required(self, ref: EnrollmentRef) -> Document:
        """The enrollment, or an error that lists the common names seen."""
        found = self.enrollment(ref)
        if found is not None:
            return found
        seen = [common_name(e) for e in self.enrollments(ref.contract)] if ref.name is not None else None
        cure = "Check the name and the contract. This collection makes no enrollments; make it in CPS first."
        if ref.name is None:
            cure = "Check the id: `cps_enrollment_info` lists what there is."
        none: Document = only([], str(ref), seen, cure=cure)
        return none

    @staticmethod
    def _single(ref: EnrollmentRef, hits: t.Sequence[Document]) -> Document:
        cure = "Name it by `enrollment_id`, or narrow the search with `contract_id`."
        found: Document = only(hits, str(ref), show=lambda e: f"{enrollment.identifier(e)}", cure=cure)
        return found

    def _by_id(self, number: str) -> Document | None:
        key = ("one", number)
        if key not in self._memory:
            self._memory[key] = unless_missing(cps.get_enrollment, self._session, int(number))
        return t.cast("Document | None", self._memory[key])

    def _overlaid(self, found: Document) -> Document | None:
        number = enrollment.identifier(found)
        for event in self._past:
            if event.kind != "enrollment" or str(event.id) != number:
                continue
            if event.verb == "delete":
                return None
            if event.verb == "bind":
                bound = event.result.get("binding") or {}
                set_id = bound.get("ca_set_id") or predicted_id(str(bound.get("ca_set_name")))
                wish = enrollment.Binding(
                    str(set_id), bool(bound.get("ocsp")), bool(bound.get("send_ca_list_to_client"))
                )
                found = settled(found, wish)
            elif event.verb == "unbind":
                found = settled(found, enrollment.UNBOUND)
        return found


def settled(document: Document, wish: enrollment.Binding) -> Document:
    """The enrollment as GET would show it once the change that sets this binding is over."""
    return {**document, **enrollment.with_binding(document, wish), "pendingChanges": []}


def common_name(document: Document) -> str | None:
    """The common name of an enrollment's certificate."""
    return t.cast("str | None", (document.get("csr") or {}).get("cn"))
