# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the return values that modules share into their documentation; `--check` only says whether they are there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
MARK = "# Common return values, from tools/common_returns.yml.\n"


def wanted(module: Path, common: dict[str, str]) -> str:
    """The module's text with the common return values at the end of RETURN."""
    text = module.read_text()
    kind = "looks" if "edgetrust.akamai.attributes.looks" in text else "changes"
    found = re.search(r'RETURN = r"""\n(.*?)"""', text, re.DOTALL)
    if found is None:
        raise SystemExit(f"{module}: no RETURN")
    own = found.group(1).split(MARK)[0]
    return f"{text[: found.start(1)]}{own}{MARK}{common[kind]}{common['all']}{text[found.end(1) :]}"


def main() -> int:
    common = yaml.safe_load((ROOT / "tools" / "common_returns.yml").read_text())
    stale = []
    for module in sorted((ROOT / "plugins" / "modules").glob("*.py")):
        text = wanted(module, common)
        if text != module.read_text():
            stale.append(module.name)
            if "--check" not in sys.argv:
                module.write_text(text)
    if stale:
        print(f"{'to be written anew' if '--check' in sys.argv else 'written'}: {', '.join(stale)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
