# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules inside the test process, against a running emulator, on a clock that moves the emulator's instead of waiting."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from akamai_emulator.testing import Control, Running
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS

MODULES = "ansible_collections.edgetrust.akamai.plugins.modules"
RUNNER = "ansible_collections.edgetrust.akamai.plugins.module_utils._ansible.runner"

# Long enough that nothing ends by itself; a run's own waiting moves the emulator's clock.
DURATIONS = {
    "mets_activation": 700,
    "mets_deactivation": 400,
    "mets_deletion": 200,
    "cps_step": 60,
    "papi_activation": 180,
    "retry_after": 300,
    "latency": 0,
}

Result = dict[str, Any]


class EmulatorClock:
    """A clock whose sleep moves the account's clock of the emulator."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.offset = 0.0
        # Reads side by side may all have to wait, and the control API has one connection.
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.offset

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.offset)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.offset += seconds
            self.control.advance(seconds)


def _deaf(_module: str, _options: Result, _result: Result) -> None:
    """Nobody listens."""


class House:
    """A running emulator and the modules that are run against it."""

    def __init__(self, emulator: Running, hear: Callable[[str, Result, Result], None] = _deaf) -> None:
        """`hear` is told of every run: its module, options and result."""
        self.emulator = emulator
        self.hear = hear
        self.control = emulator.control
        self.clock = EmulatorClock(emulator.control)
        self.printed: list[str] = []

    def reset(self, state: Any = None) -> None:
        """Back to the stock, or to a state that `control.state()` gave; without faults."""
        self.control.no_faults()
        if state is None:
            self.control.reset()
        else:
            self.control.put_state(state)
        self.clock.offset = 0.0

    def run(
        self, module: str, *, check: bool = False, diff: bool = True, section: str = "default", **options: Any
    ) -> Result:
        """The result of one run, failed or not, as Ansible would register it."""
        connection: Result = {
            "edgerc": str(self.emulator.edgerc),
            "section": section,
            "ca_path": str(self.emulator.ca_path),
        }
        if "host" in options:
            del connection["edgerc"], connection["section"]
        arguments = {
            **connection,
            **options,
            "_ansible_module_name": f"edgetrust.akamai.{module}",
            "_ansible_check_mode": check,
            "_ansible_diff": diff,
            "_ansible_keep_remote_files": False,
            "_ansible_remote_tmp": str(Path(self.emulator.home) / "tmp"),
        }
        # The newest cores add `invocation` to a result only when asked; for older ones, to ask is an error.
        if "inject_invocation" in PASS_VARS:
            arguments["_ansible_inject_invocation"] = True
        entry = importlib.import_module(f"{MODULES}.{module}")
        runner = importlib.import_module(RUNNER)
        output = io.StringIO()
        warned: list[str] = []
        _forget_warnings()
        with (
            _module_arguments(arguments),
            _replaced(runner, "Clock", lambda: self.clock),
            _noted(runner.Module, warned),
            redirect_stdout(output),
        ):
            try:
                entry.main()
            except SystemExit as end:
                code = end.code
            else:
                raise AssertionError(f"{module} has returned instead of ending")
        text = output.getvalue()
        self.printed.append(text)
        result: Result = json.loads(text)
        # Ansible takes these out of what a task registers; once its controller is loaded it does not even return them.
        result.pop("warnings", None)
        # Their texts are masked on the way out only, so they are counted here and not handed on.
        result["warned"] = ["***"] * len(warned)
        assert (code != 0) == bool(result.get("failed")), f"exit status {code} of {text}"
        self.hear(module, connection | options, result)
        return result

    def ok(self, module: str, **options: Any) -> Result:
        """A run that must succeed."""
        result = self.run(module, **options)
        assert not result.get("failed"), json.dumps(result, indent=2)
        return result

    def fails(self, module: str, kind: str, **options: Any) -> Result:
        """A run that must fail with a `failure` of this type."""
        result = self.run(module, **options)
        assert result.get("failed"), json.dumps(result, indent=2)
        assert result["failure"]["type"] == kind, json.dumps(result, indent=2)
        return result

    def writes(self) -> list[Any]:
        return [f"{r['method']} {r['path']}" for r in self.control.requests(write=True)]

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Only the requests inside are in `control.requests()` afterwards."""
        self.control.forget_requests()
        yield


@contextmanager
def _noted(module: Any, warned: list[str]) -> Iterator[None]:
    """What the module warns of, by the call itself."""
    warn = module.warn

    def noting(self: Any, text: str, *arguments: Any, **options: Any) -> None:
        warned.append(text)
        warn(self, text, *arguments, **options)

    with _replaced(module, "warn", noting):
        yield


def _forget_warnings() -> None:
    """Ansible collects warnings for the process, as it runs one module in each."""
    from ansible.module_utils.common import warnings

    for name in ("_global_warnings", "_global_deprecations"):
        getattr(warnings, name).clear()


@contextmanager
def _module_arguments(arguments: Result) -> Iterator[None]:
    wire = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    with _replaced(basic, "_ANSIBLE_ARGS", wire), _replaced(basic, "_ANSIBLE_PROFILE", "legacy"):
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    missing = object()
    before = getattr(owner, name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
