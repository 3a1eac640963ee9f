# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the house."""

from __future__ import annotations

import importlib.util

from . import grants
from .core import Service


def _found() -> tuple[Service, ...]:
    rooms = [name for name in ("mets", "cps", "papi") if importlib.util.find_spec(f"{__package__}.{name}")]
    modules = [importlib.import_module(f".{name}", __package__) for name in rooms]
    return (*(module.SERVICE for module in modules if hasattr(module, "SERVICE")), grants.SERVICE)


ALL: tuple[Service, ...] = _found()
