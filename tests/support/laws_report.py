# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end of a test run: how many predictions the laws have compared, and what of the documentation nothing has shown.

The one line is printed whenever cases ran. Whether all that is documented was shown can be told only where the laws ran as
a whole and passed; what is missing fails the run then, as one more failed test.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from record import RECORD  # tests/laws, by `pythonpath` in pyproject.toml

LAWS = Path(__file__).resolve().parents[1] / "laws"


class LawsReport:
    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended; one that crashed hands over nothing."""
        if heard := getattr(node, "workeroutput", {}).get("laws"):
            RECORD.add(heard)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput["laws"] = RECORD.document()
        elif exitstatus == pytest.ExitCode.OK and _ran_as_a_whole(config) and (unproved := RECORD.unproved()):
            report = pytest.TestReport(
                nodeid="tests/laws::law 10",
                location=("tests/laws", None, "law 10: what is documented works"),
                keywords={},
                outcome="failed",
                longrepr="\n".join(unproved),
                when="call",
            )
            config.hook.pytest_runtest_logreport(report=report)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if RECORD.cases:
            terminalreporter.write_line(RECORD.counted())


def _ran_as_a_whole(config: pytest.Config) -> bool:
    options = config.option
    narrowed = options.keyword or options.markexpr or options.collectonly or getattr(options, "lf", False)
    return not narrowed and any(LAWS.is_relative_to(Path(argument).resolve()) for argument in config.args)
