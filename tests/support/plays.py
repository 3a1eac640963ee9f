# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs lists of tasks as a play would, with their modules inside the test process: for examples of the documentation.

Knows of Ansible what the examples use; anything else is a KeyError, never ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from ansible.plugins.filter.core import FilterModule
from ansible.plugins.test.core import TestModule
from guides import COLLECTION, ours
from in_process import House, Result
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

#: What stands beside the module in a task.
WORDS = frozenset(
    {
        *("name", "register", "loop", "loop_control", "when", "failed_when", "check_mode", "diff", "until", "retries"),
        *("delay", "vars"),
    }
)
PLAY_WORDS = frozenset({"name", "hosts", "connection", "gather_facts", "vars", "module_defaults", "tasks"})


class TaskFailed(AssertionError):
    """A task has failed, which the example does not expect."""

    def __init__(self, task: Mapping[str, Any], result: Result) -> None:
        super().__init__(f"{task.get('name')}: {result.get('msg')}")
        self.result = result


class Stage:
    """The variables of a play, and the emulator that it runs against. `results` are those of our modules, in order."""

    def __init__(self, house: House, **variables: Any) -> None:
        self.house = house
        self.variables: dict[str, Any] = variables
        self.defaults: dict[str, Any] = {}
        self.results: list[Result] = []
        self.jinja = NativeEnvironment(undefined=StrictUndefined)
        self.jinja.filters.update(FilterModule().filters())
        # Ansible makes lists of what these only iterate over.
        for name in ("map", "reject", "rejectattr", "select", "selectattr"):
            self.jinja.filters[name] = _listing(self.jinja.filters[name])
        self.jinja.tests.update(TestModule().tests())
        self.jinja.globals["lookup"] = _lookup

    def play(self, document: list[dict[str, Any]], *, check: bool = False) -> None:
        """Plays on localhost, whose tasks are a plain list."""
        for part in document:
            assert set(part) <= PLAY_WORDS and part["hosts"] == "localhost", part
            self.variables.update(part.get("vars", {}))
            groups = part.get("module_defaults", {})
            assert set(groups) <= {f"group/{COLLECTION}all"}, part
            self.defaults = groups.get(f"group/{COLLECTION}all", {})
            self.run(part["tasks"], check=check)

    def run(self, tasks: list[dict[str, Any]], *, check: bool = False) -> None:
        for task in tasks:
            if "block" in task:
                self._block(task, check)
            else:
                self._task(task, check)

    def _block(self, task: dict[str, Any], check: bool) -> None:
        assert set(task) <= {"name", "block", "rescue"}, task
        try:
            self.run(task["block"], check=check)
        except TaskFailed as failed:
            if "rescue" not in task:
                raise
            self.variables["ansible_failed_result"] = failed.result
            self.run(task["rescue"], check=check)

    def _task(self, task: dict[str, Any], check: bool) -> None:
        if "loop" not in task:
            result = self._attempts(task, check, {})
        else:
            items = self._value(task["loop"], {})
            results = [{**self._attempts(task, check, {"item": item}), "item": item} for item in items]
            result = {"results": results, "changed": any(r["changed"] for r in results)}
        if "register" in task:
            self.variables[task["register"]] = result

    def _attempts(self, task: dict[str, Any], check: bool, local: dict[str, Any]) -> Result:
        for _attempt in range(task.get("retries", 3) + 1 if "until" in task else 1):
            result = self._once(task, check, local)
            if "register" in task:
                self.variables[task["register"]] = result
            if "failed_when" in task:
                result["failed"] = self._all(task["failed_when"], local)
            if self._all(task.get("until", True), local):
                break
        if result.get("failed"):
            raise TaskFailed(task, result)
        return result

    def _once(self, task: dict[str, Any], check: bool, local: dict[str, Any]) -> Result:
        (action,) = set(task) - WORDS
        local = {**local, **self._value(task.get("vars", {}), local)}
        if not self._all(task.get("when", True), local):
            return {"skipped": True, "changed": False}
        arguments = self._value(task[action] or {}, local)
        name = ours(task)
        if name is None:
            return _ACTIONS[action](self, arguments, local)
        check = self._value(task.get("check_mode", check), local)
        result = self.house.run(name, check=check, diff=task.get("diff", True), **{**self.defaults, **arguments})
        result.setdefault("failed", False)
        self.results.append(result)
        return result

    def assertion(self, arguments: dict[str, Any], local: dict[str, Any]) -> Result:
        holds = self._all(arguments["that"], local)
        return {"changed": False, "failed": not holds, "msg": arguments.get("fail_msg", str(arguments["that"]))}

    def debug(self, arguments: dict[str, Any], local: dict[str, Any]) -> Result:
        shown = arguments["msg"] if "msg" in arguments else self._expression(arguments["var"], local)
        return {"changed": False, "failed": False, "msg": shown}

    def fail(self, arguments: dict[str, Any], _local: dict[str, Any]) -> Result:
        return {"changed": False, "failed": True, "msg": arguments["msg"]}

    def _all(self, conditions: Any, local: dict[str, Any]) -> bool:
        listed = conditions if isinstance(conditions, list) else [conditions]
        return all(bool(c if isinstance(c, bool) else self._expression(c, local)) for c in listed)

    def _expression(self, text: str, local: dict[str, Any]) -> Any:
        return self._value(f"{{{{ {text} }}}}", local)

    def _value(self, value: Any, local: dict[str, Any]) -> Any:
        if isinstance(value, str) and ("{{" in value or "{%" in value):
            return self.jinja.from_string(value).render({**self.variables, **local})
        if isinstance(value, dict):
            return {key: self._value(item, local) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, local) for item in value]
        return value


_ACTIONS = {
    "ansible.builtin.assert": Stage.assertion,
    "ansible.builtin.debug": Stage.debug,
    "ansible.builtin.fail": Stage.fail,
}


def _listing(filtering: Any) -> Any:
    @wraps(filtering)
    def listed(*arguments: Any, **options: Any) -> list[Any]:
        return list(filtering(*arguments, **options))

    return listed


def _lookup(name: str, path: str) -> str:
    assert name == "ansible.builtin.file", name
    return Path(path).read_text().strip()
