# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 3: what check mode has to foresee of a run, and what it cannot."""

from __future__ import annotations

import json
import re
from typing import Any

Result = dict[str, Any]


def without(document: Any, paths: list[str]) -> Any:
    """The document with null at each of the paths (`certificates[0].created_by`)."""
    copied = json.loads(json.dumps(document))
    for path in paths:
        keys = [int(k) if k.isdecimal() else k for k in re.findall(r"[^.\[\]]+", path)]
        place = copied
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = None
    return copied


def comparable(plan: list[Result]) -> list[Result]:
    """A plan without what law 3 leaves out: `done`, and ids that the server makes. Acknowledgements are not foreseen."""
    return [
        {"verb": step["verb"], "reason": step["reason"], "target": {**step["target"], "id": None}}
        for step in plan
        if step["verb"] != "acknowledge"
    ]


def assert_foreseen(predicted: Result, real: Result) -> None:
    """The prediction is the result, but for what only the server can give."""
    assert predicted["changed"] == real["changed"]
    assert comparable(predicted["plan"]) == comparable(real["plan"])
    assert predicted["server_made"] == real["server_made"]
    assert predicted["diff"]["after"] == without(real["diff"]["after"], predicted["server_made"])
    assert predicted["diff"]["before"] == real["diff"]["before"]
