# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every figure of this directory (`python tests/bench`): each module with a `main` prints its own lines."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def run() -> None:
    sys.path.insert(0, str(HERE.parent))
    for found in pkgutil.iter_modules([str(HERE)]):
        if found.name != "__main__":
            main = getattr(importlib.import_module(f"{HERE.name}.{found.name}"), "main", None)
            if main is not None:
                main()


if __name__ == "__main__":
    run()
