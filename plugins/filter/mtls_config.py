# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The structure that the roles read, checked and handed out to the modules (DESIGN 3.5, MEANING 21 and 27)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_config
short_description: Check the structure of the mTLS roles and hand it out to the modules
version_added: 0.1.0
description:
  - Takes the structure that all mTLS roles share and returns, for each module, the list of its options.
  - Unknown keys, wrong types, two entries for one thing and the like are refused, all in one message that names their places.
  - Entries for one property are put together, so that all their rules get into one version of it.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input
options:
  _input:
    description: The structure, with the lists C(ca_sets), C(enrollments) and C(properties).
    type: dict
    required: true
  base:
    description: Directory that relative paths start from. A relative one starts where the command was typed in.
    type: str
    default: .
  state:
    description: V(present) for edits that put rules in, V(absent) for edits that take them out.
    type: str
    choices: [present, absent]
    default: present
  remove_hostnames:
    description: With O(state=absent), whether the host names of the rules leave the property as well.
    type: bool
    default: false
  allow_empty:
    description: Whether the structure may be without any entry.
    type: bool
    default: false
  connection:
    description: Options of the connection. Empty ones are left out, relative paths start from O(base).
    type: dict
    default: {}
  rotation:
    description:
      - Given where authorities are to be changed, with C(remove_after), a date or time in ISO 8601, and C(check), a file of
        tasks; either may be empty.
      - Each CA set then needs certificates, which are all that it shall trust in the end.
    type: dict
seealso:
  - plugin: edgetrust.akamai.mtls_result
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Hand the structure out
  ansible.builtin.set_fact:
    work: "{{ mtls_config | edgetrust.akamai.mtls_config(base=playbook_dir) }}"

- name: The CA sets exist
  edgetrust.akamai.mets_ca_set:
    ca_set_name: "{{ item.ca_set_name }}"
  loop: "{{ work.mets_ca_set }}"
"""

RETURN = r"""
_value:
  description: By the name of a module a list with the options of each of its tasks; C(connection), and C(rotation) where it was given.
  type: dict
"""

import difflib
import os
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.certificates import moment, timestamp
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.mtls_rule import DEFAULT_NAME
from ansible_collections.edgetrust.akamai.plugins.module_utils._domain.references import bare, host

Document = dict[str, t.Any]
Reader = Callable[["Place", t.Any], t.Any]

# Where an option goes. EDIT is the `mtls_rule` of one edit, the rest are modules.
CA_SET = "mets_ca_set"
VERSION = "mets_ca_set_version"
SET_ACTIVATION = "mets_activation"
BINDING = "cps_mtls_binding"
ENROLLMENT = "cps_enrollment"
EDIT = "mtls_rule"
PROPERTY_EDIT = "papi_property_edit"
ACTIVATION = "papi_activation"
LOOK = "papi_property_info"


@dataclass(frozen=True)
class Place:
    """Where in the structure something stands, for messages, and the directory of relative paths."""

    text: str
    base: str
    problems: list[str]

    def below(self, step: str | int) -> Place:
        text = f"{self.text}[{step}]" if isinstance(step, int) else ".".join(filter(None, [self.text, step]))
        return Place(text, self.base, self.problems)

    def refuse(self, problem: str) -> None:
        self.problems.append(f"{self.text}: {problem}" if self.text else problem)


# What a value may be. A reader returns the value as the module gets it; what does not fit is noted and given up.


def text(place: Place, value: t.Any) -> t.Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return place.refuse(f"expects text, not {_kind(value)}")
    return str(value)


def flag(place: Place, value: t.Any) -> t.Any:
    try:
        return boolean(value)
    except TypeError:
        return place.refuse(f"expects true or false, not {value!r}")


def number(place: Place, value: t.Any) -> t.Any:
    if isinstance(value, bool) or not str(value).isdecimal():
        return place.refuse(f"expects a number, not {value!r}")
    return int(value)


def path(place: Place, value: t.Any) -> t.Any:
    if not isinstance(value, str):
        return place.refuse(f"expects a path, not {_kind(value)}")
    return os.path.abspath(os.path.join(place.base, os.path.expanduser(value)))


def members(place: Place, value: t.Any) -> t.Any:
    """Anything with keys: what it means, the module knows."""
    return dict(value) if isinstance(value, Mapping) else place.refuse(f"expects keys and values, not {_kind(value)}")


def listed(read: Reader) -> Reader:
    def read_list(place: Place, value: t.Any) -> t.Any:
        if not _is_list(value):
            return place.refuse(f"expects a list, not {_kind(value)}")
        return [read(place.below(index), item) for index, item in enumerate(value)]

    return read_list


@dataclass(frozen=True)
class Key:
    """A key of an entry: what its value is, where it goes, and what it is called there if not the same."""

    read: Reader
    to: tuple[str, ...]
    option: str | None = None


@dataclass(frozen=True)
class Table:
    """The keys of an entry, and of which groups of them exactly one has to be given."""

    keys: Mapping[str, Key]
    one_of: Sequence[tuple[str, ...]] = field(default_factory=tuple)


def entry(table: Table) -> Reader:
    """Reads an entry: the keys that are given, those with null left out."""

    def read_entry(place: Place, value: t.Any) -> t.Any:
        if not isinstance(value, Mapping):
            return place.refuse(f"expects keys and values, not {_kind(value)}")
        known = {}
        for key, item in value.items():
            if key not in table.keys:
                place.below(str(key)).refuse(f"unknown key{_hint(str(key), table.keys)}")
            elif item is not None:
                known[key] = table.keys[key].read(place.below(key), item)
        for names in table.one_of:
            found = [name for name in names if known.get(name) not in (None, "")]
            if len(found) != 1:
                place.refuse(f"exactly one of {' and '.join(names)} is needed")
        return known

    return read_entry


_CERTIFICATE = Table(
    {"pem": Key(text, ()), "path": Key(path, ()), "description": Key(text, ())}, one_of=[("pem", "path")]
)

_OTHER_SET = Table(
    {"ca_set_name": Key(text, ()), "ca_set_id": Key(text, ()), "version": Key(text, ())},
    one_of=[("ca_set_name", "ca_set_id")],
)

_COMPLIANCE = Table(
    {
        "noncompliance_reason": Key(text, ()),
        "customer_email": Key(text, ()),
        "peer_reviewed_by": Key(text, ()),
        "unit_tested": Key(flag, ()),
        "other_noncompliance_reason": Key(text, ()),
        "ticket_id": Key(text, ()),
    },
    one_of=[("noncompliance_reason",)],
)

CA_SETS = Table(
    {
        "ca_set_name": Key(text, (CA_SET, VERSION, SET_ACTIVATION)),
        "ca_set_id": Key(text, (CA_SET, VERSION, SET_ACTIVATION)),
        "description": Key(text, (CA_SET,)),
        "clone_from": Key(entry(_OTHER_SET), (CA_SET,)),
        "version": Key(text, (VERSION,)),
        "version_description": Key(text, (VERSION,), option="description"),
        "certificates": Key(listed(entry(_CERTIFICATE)), (VERSION,)),
        "certificates_file": Key(path, (VERSION,)),
        "certificates_directory": Key(path, (VERSION,)),
        "certificates_mode": Key(text, (VERSION,)),
        "base_version": Key(text, (VERSION,)),
        "drop_expired": Key(flag, (VERSION,)),
        "allow_insecure_sha1": Key(flag, (VERSION,)),
        "when_editable": Key(text, (VERSION,)),
        "when_frozen": Key(text, (VERSION,)),
        "include_unreleased_edits": Key(flag, (VERSION,)),
        "fail_if_expiring_within_days": Key(number, (VERSION,)),
    },
    one_of=[("ca_set_name", "ca_set_id")],
)

ENROLLMENTS = Table(
    {
        "enrollment_id": Key(text, (BINDING, ENROLLMENT)),
        "common_name": Key(text, (BINDING, ENROLLMENT)),
        "contract_id": Key(text, (BINDING, ENROLLMENT)),
        "ca_set_name": Key(text, (BINDING,)),
        "ca_set_id": Key(text, (BINDING,)),
        "ocsp": Key(flag, (BINDING,)),
        "send_ca_list_to_client": Key(flag, (BINDING,)),
        "when_bound_to_other": Key(text, (BINDING,)),
        "pending_changes": Key(text, (BINDING, ENROLLMENT)),
        "renewal_window": Key(text, (BINDING,)),
        "acknowledge_warnings": Key(flag, (BINDING, ENROLLMENT)),
        "acknowledge_warnings_matching": Key(listed(text), (BINDING, ENROLLMENT)),
        "acknowledge_change_management": Key(flag, (BINDING, ENROLLMENT)),
    },
    one_of=[("enrollment_id", "common_name"), ("ca_set_name", "ca_set_id")],
)

PROPERTIES = Table(
    {
        "property_name": Key(text, (PROPERTY_EDIT, ACTIVATION, LOOK)),
        "property_id": Key(text, (PROPERTY_EDIT, ACTIVATION, LOOK)),
        "contract_id": Key(text, (PROPERTY_EDIT, ACTIVATION, LOOK)),
        "group_id": Key(text, (PROPERTY_EDIT, ACTIVATION, LOOK)),
        "base_version": Key(text, (PROPERTY_EDIT,)),
        "include_unreleased_edits": Key(flag, (PROPERTY_EDIT,)),
        "version_notes": Key(text, (PROPERTY_EDIT,)),
        "rule_name": Key(text, (EDIT,)),
        "hostnames": Key(listed(text), (EDIT,)),
        "ca_set_names": Key(listed(text), (EDIT,)),
        "ca_set_ids": Key(listed(text), (EDIT,)),
        "enforcement": Key(text, (EDIT,)),
        "ocsp": Key(flag, (EDIT,)),
        "client_certificate_attributes": Key(listed(text), (EDIT,)),
        "log_field": Key(text, (EDIT,)),
        "child_rules": Key(listed(members), (EDIT,)),
        "notify_emails": Key(listed(text), (ACTIVATION,)),
        "note": Key(text, (ACTIVATION,)),
        "acknowledge_warnings": Key(flag, (ACTIVATION,)),
        "acknowledge_warnings_matching": Key(listed(text), (ACTIVATION,)),
        "compliance_record": Key(entry(_COMPLIANCE), (ACTIVATION,)),
        "when_running": Key(text, (ACTIVATION,)),
    },
    one_of=[("property_name", "property_id")],
)

# Where the certificates of a set come from.
CERTIFICATES: t.Final = ("certificates", "certificates_file", "certificates_directory")

LISTS: t.Final = {"ca_sets": CA_SETS, "enrollments": ENROLLMENTS, "properties": PROPERTIES}

# For a key that somebody may well look for here.
ELSEWHERE: t.Final = {
    "state": "it follows from the role",
    "wait": "the roles always wait",
    "assume": "the roles hand results on by themselves",
    "networks": "it is a variable of the role",
    "deactivate": "the role for taking down deactivates first",
    "allow_outage": "it is a variable of the role",
    "wait_timeout": "it is a variable of the role",
    "poll_interval": "it is a variable of the role",
    "replaces": "the roles see to it",
    "http_timeout": "set it by module_defaults of the play",
    "retry_timeout": "set it by module_defaults of the play",
    **dict.fromkeys(
        ("edgerc", "section", "host", "client_token", "client_secret", "access_token", "account_switch_key", "ca_path"),
        "the connection is set by akamai_* variables or the environment",
    ),
}


def mtls_config(
    config: t.Any,
    base: str = ".",
    state: str = "present",
    remove_hostnames: bool = False,
    connection: Mapping[str, t.Any] | None = None,
    rotation: Mapping[str, t.Any] | None = None,
    allow_empty: bool = False,
) -> Document:
    """By module the options of each of its tasks; AnsibleFilterError with everything that is wrong."""
    problems: list[str] = []
    root = Place("", os.path.abspath(os.path.expanduser(base)), problems)
    structure = Table({name: Key(listed(entry(table)), ()) for name, table in LISTS.items()})
    lists = entry(structure)(root, config)
    if not problems and not allow_empty and not any(lists.values()):
        root.refuse(f"there is no entry in any of {', '.join(LISTS)}")
    if not problems:
        for name in LISTS:
            _refuse_twins(root.below(name), name, lists.get(name) or [])
        work = _handed_out(root, lists, state, remove_hostnames)
        if rotation is not None:
            work["rotation"] = _rotation(root, lists.get("ca_sets") or [], rotation)
    if problems:
        raise AnsibleFilterError("The mTLS configuration cannot be used: " + "; ".join(problems) + ".")
    return {**work, "connection": _connection(root, connection or {})}


def _handed_out(root: Place, lists: Mapping[str, t.Any], state: str, remove_hostnames: bool) -> Document:
    sets, enrollments = lists.get("ca_sets") or [], lists.get("enrollments") or []
    filled = [ca_set for ca_set in sets if _options(ca_set, CA_SETS, VERSION).keys() - {"ca_set_name", "ca_set_id"}]
    properties = _by_property(root.below("properties"), lists.get("properties") or [])
    edits = [
        {**_options(shared, PROPERTIES, PROPERTY_EDIT), "edits": _edits(rules, state, remove_hostnames)}
        for shared, rules in properties
    ]
    return {
        CA_SET: [_options(ca_set, CA_SETS, CA_SET) for ca_set in sets],
        VERSION: [_options(ca_set, CA_SETS, VERSION) for ca_set in filled],
        SET_ACTIVATION: [
            _options(ca_set, CA_SETS, SET_ACTIVATION) for ca_set in (filled if state == "present" else sets)
        ],
        BINDING: [_options(item, ENROLLMENTS, BINDING) for item in enrollments],
        ENROLLMENT: [_options(item, ENROLLMENTS, ENROLLMENT) for item in enrollments],
        PROPERTY_EDIT: edits,
        ACTIVATION: [_options(shared, PROPERTIES, ACTIVATION) for shared, _rules in properties],
        LOOK: [_options(shared, PROPERTIES, LOOK) for shared, _rules in properties],
    }


def _options(item: Mapping[str, t.Any], table: Table, target: str) -> Document:
    """What of an entry goes to a module, under the names that it has there."""
    keys = table.keys
    return {keys[name].option or name: value for name, value in item.items() if target in keys[name].to}


def _edits(rules: Sequence[Document], state: str, remove_hostnames: bool) -> list[Document]:
    """The edits of one property; host names go before the rules, as the guide has it."""
    edits = [{"mtls_rule": {**rule, "state": state}} for rule in rules]
    names = list(dict.fromkeys(name for rule in rules for name in rule.get("hostnames") or []))
    if state == "absent" and remove_hostnames and names:
        return [{"hostname": {"hostnames": names, "state": "absent"}}, *edits]
    return edits


def _by_property(root: Place, entries: Sequence[Document]) -> list[tuple[Document, list[Document]]]:
    """Each property once: what its entries say about it, which must agree, and its rules."""
    found: dict[t.Any, tuple[Document, list[Document]]] = {}
    for index, item in enumerate(entries):
        shared, rules = found.setdefault(_identity("properties", item)[:2], ({}, []))
        rule = _options(item, PROPERTIES, EDIT)
        for name in item.keys() - rule.keys():
            if shared.setdefault(name, item[name]) != item[name]:
                root.below(index).below(name).refuse(
                    f"an earlier entry of the same property says {shared[name]!r}, not {item[name]!r}"
                )
        rules.append(rule)
    return list(found.values())


def _identity(name: str, item: Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """What an entry is about: of two entries that are about the same thing one is too many."""
    if name == "ca_sets":
        return (item.get("ca_set_name"), item.get("ca_set_id"))
    if name == "enrollments":
        return (host(item.get("common_name", "")), item.get("enrollment_id"), bare(item.get("contract_id")))
    return (item.get("property_name"), bare(item.get("property_id")), item.get("rule_name", DEFAULT_NAME))


def _refuse_twins(place: Place, name: str, entries: Sequence[Document]) -> None:
    first: dict[t.Any, int] = {}
    for index, item in enumerate(entries):
        earlier = first.setdefault(_identity(name, item), index)
        if earlier != index:
            what = {"ca_sets": "CA set", "enrollments": "enrollment", "properties": "rule of the property"}[name]
            place.below(index).refuse(f"{place.below(earlier).text} is about the same {what}")


def _rotation(root: Place, ca_sets: Sequence[Document], rotation: Mapping[str, t.Any]) -> Document:
    """When the old ones leave, as `remove_after` (ISO 8601 or None) and `check` (a path or None); refuses what cannot be rotated."""
    if not ca_sets:
        root.below("ca_sets").refuse("there is no entry, and nothing but CA sets is rotated")
    for index, ca_set in enumerate(ca_sets):
        place = root.below("ca_sets").below(index)
        if not any(ca_set.get(name) for name in CERTIFICATES):
            place.refuse(f"what it shall trust in the end is needed, by one of {', '.join(CERTIFICATES)}")
        if ca_set.get("certificates_mode", "exact") != "exact":
            place.below("certificates_mode").refuse(
                "only exact can be rotated to: the certificates are all that the set shall trust in the end"
            )
    given = {name: str(value) for name, value in rotation.items() if value not in (None, "")}
    after, check = given.get("remove_after"), given.get("check")
    if after is not None:
        try:
            after = timestamp(moment(after))
        except ValueError:
            root.below("mtls_rotate_remove_after").refuse(
                f"{after!r} is not a time in ISO 8601; write it as 2026-01-31 or 2026-01-31T12:00:00Z"
            )
    if check is not None:
        check = path(root, check)
        if not os.path.isfile(check):
            root.below("mtls_rotate_check").refuse(f"there is no file {check}")
    return {"remove_after": after, "check": check}


def _connection(root: Place, connection: Mapping[str, t.Any]) -> Document:
    paths = ("edgerc", "ca_path")
    given = {name: str(value) for name, value in connection.items() if value not in (None, "")}
    return {name: path(root, value) if name in paths else value for name, value in given.items()}


def _is_list(value: t.Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _kind(value: t.Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {"a number": int | float, "text": str, "keys and values": Mapping}
    named = next((name for name, kind in kinds.items() if isinstance(value, kind)), None)
    return named or ("a list" if _is_list(value) else "nothing" if value is None else type(value).__name__)


def _hint(key: str, known: Mapping[str, t.Any]) -> str:
    if key in ELSEWHERE:
        return f" ({ELSEWHERE[key]})"
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f" (there are {', '.join(known)})"


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_config": mtls_config}
