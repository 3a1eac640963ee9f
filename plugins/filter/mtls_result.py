# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registered results of a role's tasks as one result (DESIGN 3.5, law 3b)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mtls_result
short_description: Put the results of several tasks together
version_added: 0.1.0
description:
  - Takes what tasks of this collection have registered, in order, loops whole, and returns one result for all of them.
  - A thing that several passes of a loop worked on has its steps together. A step that one pass left to a later one counts once.
  - So the result of a run in check mode and that of the run itself have the same plan.
author:
  - edgetrust.akamai contributors (@edgetrust)
positional: _input
options:
  _input:
    description: Registered results, in the order of the tasks.
    type: list
    elements: dict
    required: true
  once:
    description: Fail when two results of one task are about the same thing, named once by its name and once by its id.
    type: bool
    default: false
seealso:
  - plugin: edgetrust.akamai.mtls_config
    plugin_type: filter
"""

EXAMPLES = r"""
- name: What has been done
  ansible.builtin.debug:
    msg: "{{ ([sets, versions, activations] | edgetrust.akamai.mtls_result).summary }}"
"""

RETURN = r"""
_value:
  description: The common result.
  type: dict
  contains:
    changed: {description: "Whether something was written, or in check mode would be.", type: bool, returned: always, sample: true}
    plan: {description: The steps in order., type: list, elements: dict, returned: always, sample: []}
    summary: {description: The same steps as sentences., type: list, elements: str, returned: always, sample: []}
    assumptions: {description: What the plan takes for granted., type: list, elements: str, returned: always, sample: []}
    ca_sets: {description: The CA sets., type: list, elements: dict, returned: always, sample: []}
    bindings: {description: The bindings of enrollments., type: list, elements: dict, returned: always, sample: []}
    properties: {description: "The properties, each with its C(activations).", type: list, elements: dict, returned: always, sample: []}
"""

import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping

from ansible.errors import AnsibleFilterError

Document = dict[str, t.Any]

# Member of a module's result: the list it belongs to, and the id that says which entry of it is meant.
MEMBERS: t.Final = {
    "ca_set": ("ca_sets", "ca_set_name"),
    "binding": ("bindings", "enrollment_id"),
    "property": ("properties", "property_id"),
}
# Other members of a property's results that its entry shows as well.
OF_PROPERTY: tuple[str, ...] = ("activations", "mtls_rules", "hostnames")
# The kinds of a plan's targets, for people.
WORDS: t.Final = {"ca_set": "CA set", "ca_set_version": "CA set", "property_version": "property"}


def mtls_result(registered: t.Any, once: bool = False) -> Document:
    """One result out of many: {changed, plan, summary, assumptions, ca_sets, bindings, properties}.

    AnsibleFilterError where `once` is set and two results of one task are about the same thing.
    """
    if not isinstance(registered, Iterable) or isinstance(registered, str | Mapping):
        raise AnsibleFilterError("mtls_result expects a list of registered results.")
    tasks = [list(_flat(task)) for task in registered]
    if once:
        for task in tasks:
            _refuse_twins(task)
    results = [result for task in tasks for result in task]
    plan = [step for task in tasks for step in _steps(task)]
    lists: dict[str, dict[t.Any, Document]] = {name: {} for name, _key in MEMBERS.values()}
    for result in results:
        for member, (name, key) in MEMBERS.items():
            held = result.get(member)
            if held is not None:
                also = OF_PROPERTY if member == "property" else ()
                more = {extra: result[extra] for extra in also if extra in result}
                lists[name].setdefault(held[key], {}).update({**held, **more})
    return {
        "changed": bool(plan),
        "plan": plan,
        "summary": [_sentence(step) for step in plan],
        "assumptions": list(dict.fromkeys(text for result in results for text in result.get("assumptions") or [])),
        **{name: list(found.values()) for name, found in lists.items()},
    }


def _flat(result: t.Any) -> Iterator[Document]:
    if isinstance(result, Mapping) and isinstance(result.get("results"), list):
        for item in result["results"]:
            yield from _flat(item)
    elif isinstance(result, Mapping) and not result.get("skipped"):
        yield dict(result)


def _refuse_twins(results: Iterable[Document]) -> None:
    """MEANING 27 for entries that only the account can tell to be the same, one by name and one by id."""
    seen: set[tuple[str, t.Any]] = set()
    for result in results:
        for member, (name, key) in MEMBERS.items():
            thing = (name, (result.get(member) or {}).get(key))
            if thing[1] is None:
                continue
            if thing in seen:
                raise AnsibleFilterError(f"{name}: two entries are about the same one, whose {key} is {thing[1]}.")
            seen.add(thing)


def _steps(results: Iterable[Document]) -> list[Document]:
    """The steps of one task's passes, by the thing they are about, in the order these come up."""
    by_thing: dict[tuple[t.Any, ...], list[Document]] = {}
    for result in results:
        deferred = set(result.get("deferred") or ())
        for position, step in enumerate(result.get("plan") or ()):
            steps = by_thing.setdefault((step["target"]["kind"], step["target"]["name"]), [])
            if position not in deferred:
                steps.append(step)
    return [step for steps in by_thing.values() for step in steps]


def _sentence(step: Document) -> str:
    target = step["target"]
    words = [step["verb"], WORDS.get(target["kind"], target["kind"]), target.get("name") or target.get("id")]
    words += [f"version {target['version']}"] if target.get("version") is not None else []
    words += [f"on {target['network']}"] if target.get("network") else []
    return f"{' '.join(filter(None, words))}: {step['reason']}"


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        return {"mtls_result": mtls_result}
