# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that several modules share; each has its documentation fragment of the same name."""

from __future__ import annotations

import typing as t

from .._domain.errors import HAZARDS

Spec = t.Mapping[str, t.Any]

# No default, no environment fallback, no mutually_exclusive: Ansible applies those first and would mix accounts. The
# resolver in `_wire.credentials` does all of it (DESIGN 3.1).
CONNECTION: Spec = {
    "edgerc": {"type": "path"},
    "section": {"type": "str"},
    "host": {"type": "str"},
    "client_token": {"type": "str", "no_log": True},
    "client_secret": {"type": "str", "no_log": True},
    "access_token": {"type": "str", "no_log": True},
    "account_switch_key": {"type": "str", "no_log": False},
    "ca_path": {"type": "path"},
    "http_timeout": {"type": "float"},
    "retry_timeout": {"type": "float"},
}

ASSUME: Spec = {"assume": {"type": "list", "elements": "dict"}}

SAFETY: Spec = {"allow_outage": {"type": "list", "elements": "str", "choices": list(HAZARDS), "default": []}}

CA_SET_REF: Spec = {"ca_set_name": {"type": "str"}, "ca_set_id": {"type": "str"}}

ENROLLMENT_REF: Spec = {
    "enrollment_id": {"type": "str"},
    "common_name": {"type": "str"},
    "contract_id": {"type": "str"},
}

PROPERTY_REF: Spec = {
    "property_name": {"type": "str"},
    "property_id": {"type": "str"},
    "contract_id": {"type": "str"},
    "group_id": {"type": "str"},
}


def waiting(timeout: float, poll_interval: float = 5) -> Spec:
    """The options of a module that waits; `timeout` in seconds is its real-life default."""
    return {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": timeout},
        "poll_interval": {"type": "float", "default": poll_interval},
    }


def states(*names: str, default: str | None = None) -> Spec:
    """The option `state`; the first name is the default unless another is given."""
    return {"state": {"type": "str", "choices": list(names), "default": default or names[0]}}


def merged(*specs: Spec) -> dict[str, t.Any]:
    """One spec out of several; an option that two of them have is a mistake."""
    result: dict[str, t.Any] = {}
    for spec in specs:
        for name, option in spec.items():
            if name in result and result[name] != option:
                raise ValueError(f"option {name} is specified twice")
            result[name] = option
    return result
