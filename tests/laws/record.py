# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the runs of a test session have shown: of predictions (law 3), and of the documentation (law 10).

Every run inside a test process is heard; `laws_report.py` brings together what each worker has heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import documented
import yaml

Result = dict[str, Any]
#: What Ansible itself says in a result; `warned` is added by `House`.
ANSIBLES_OWN = {"changed", "failed", "msg", "msg_to_log", "exception", "invocation", "warned"}
#: Options and return values whose meaning is the same lines for every module: one module shows that they work.
SHARED_FRAGMENTS = ("connection", "waiting", "assume")
#: What no run can show, by the beginning of its path, and why.
NEVER = {
    "mets_ca_set_version_info ca_set_versions.removal_date": "deleted versions are not listed; the shape is the twin's",
    "cps_enrollment enrollment.binding.ca_set_name": "CPS knows sets by id only; the shape is the twin's",
}


class Record:
    """`given` and `shown` hold `MODULE PATH`; `cases`, by name, module, state, start, and whether the prediction differs."""

    def __init__(self) -> None:
        self.given: set[str] = set()
        self.shown: set[str] = set()
        self.cases: dict[str, tuple[str, str | None, str, bool]] = {}

    def hear(self, module: str, options: Result, result: Result) -> None:
        """Takes note of one run, whose result has to be what is documented."""
        failed = bool(result.get("failed"))
        known = documented.returns(module)
        ends = {"always", "failure" if failed else "success"}
        values = {name: value for name, value in result.items() if name not in ANSIBLES_OWN}
        wrong = list(documented.contradictions(known, values, ends))
        assert wrong == [], f"{module} {'fails' if failed else 'ends well'}: {'; '.join(wrong)}"
        self.shown |= {f"{module} {path}" for path in documented.shown(known, values)}
        if not failed or result["failure"]["type"] != "invalid_option":
            self.given |= {f"{module} {path}" for path in documented.given(documented.options(module), options)}

    def document(self) -> dict[str, Any]:
        """For the way from a worker."""
        return {"given": sorted(self.given), "shown": sorted(self.shown), "cases": self.cases}

    def add(self, document: dict[str, Any]) -> None:
        self.given |= set(document["given"])
        self.shown |= set(document["shown"])
        self.cases |= {name: tuple(case) for name, case in document["cases"].items()}

    def counted(self) -> str:
        """One line for whoever has run the laws."""
        cases = self.cases.values()
        modules, states = {case[0] for case in cases}, {case[:2] for case in cases}
        starts, differing = {case[2] for case in cases}, [case for case in cases if case[3]]
        return (
            f"laws: {len(modules)} modules, {len(states)} states, {len(starts)} starts, {len(cases)} cases; "
            f"predictions that differ: {len(differing)}"
        )

    def unproved(self) -> list[str]:
        """What is documented and no run of this session has given or returned; and what is here said to be so, and is not."""
        common = yaml.safe_load((documented.ROOT / "tools" / "common_returns.yml").read_text())
        values = {name for text in common.values() for name in yaml.safe_load(text)}
        options = {name for fragment in SHARED_FRAGMENTS for name in documented.fragment_options(fragment)}
        missing = [
            *(("given", path) for path in _missing(all_options(), self.given, options)),
            *(("returned", path) for path in _missing(all_returns(), self.shown, values)),
        ]
        stale = [start for start in NEVER if not any(path.startswith(start) for _verb, path in missing)]
        return [
            *(f"no run has {verb} {path}" for verb, path in missing if not path.startswith(tuple(NEVER))),
            *(f"{start} is a wrong exception: every path of it was seen" for start in stale),
        ]


def all_options() -> Iterator[str]:
    for module in documented.MODULES:
        yield from (f"{module} {path}" for path in documented.option_paths(documented.options(module)))


def all_returns() -> Iterator[str]:
    for module in documented.MODULES:
        yield from (f"{module} {path}" for path in documented.return_paths(documented.returns(module)))


def _missing(wanted: Iterable[str], seen: set[str], shared: set[str]) -> Iterator[str]:
    """Of what is shared it is enough that one module has shown it; so it is with each hazard that may be accepted."""
    anywhere = {path.partition(" ")[2] for path in seen}
    for path in wanted:
        inner = path.partition(" ")[2]
        is_shared = re.split(r"[.=]", inner)[0] in shared or inner.startswith("allow_outage=")
        if not (inner in anywhere if is_shared else path in seen):
            yield path


RECORD = Record()
