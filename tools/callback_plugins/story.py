# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what happens in a play, as it happens, to the file that STORY_EVENTS names: one JSON document a line.

    {"event": "task", "task": name}
    {"event": "result", "task", "module", "item", "status": ok | failed | skipped, "ignored", "result"}
    {"event": "end", "changed": n, "failed": n}     per host, from the play recap

Of a loop each item is a result of its own.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: story
type: notification
short_description: Write the events of a play as JSON lines
description: Writes tasks, results and the recap to the file that the environment variable E(STORY_EVENTS) names.
requirements:
  - Listed in E(ANSIBLE_CALLBACKS_ENABLED)
"""


def _name(task: t.Any) -> str:
    """The name of a task, without that of its role."""
    return str(task.get_name(include_role_fqcn=False)).rsplit(" : ", 1)[-1]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "story"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = open(os.environ["STORY_EVENTS"], "a", buffering=1, encoding="utf-8")  # noqa: SIM115

    def _write(self, **event: t.Any) -> None:
        self._file.write(json.dumps(event, default=str) + "\n")

    def _result(self, result: t.Any, status: str) -> None:
        found = dict(result._result)
        if "results" in found and result._task.loop is not None and "_ansible_item_label" not in found:
            return  # each item has been told already
        item = found.get("_ansible_item_label", found.get("item"))
        shown = {key: value for key, value in found.items() if key != "invocation" and not key.startswith("_ansible")}
        self._write(
            event="result",
            task=_name(result._task),
            module=str(result._task.resolved_action or result._task.action),
            item=item,
            status=status,
            ignored=bool(result._task.ignore_errors),
            result=shown,
        )

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._write(event="task", task=_name(task))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._result(result, "ok")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._result(result, "failed")

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._result(result, "failed")

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._result(result, "skipped")

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        self._result(result, "ok")

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        self._result(result, "failed")

    def v2_runner_item_on_skipped(self, result: t.Any) -> None:
        self._result(result, "skipped")

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        for host in stats.processed:
            summary = stats.summarize(host)
            self._write(event="end", changed=summary["changed"], failed=summary["failures"] + summary["unreachable"])
