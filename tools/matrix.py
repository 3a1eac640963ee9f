# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs unit tests, laws and integration on every ansible-core we support, each on a Python it runs on.

python tools/matrix.py [CORE ...]      CORE: 2.16, 2.21 ...: only these rows

A Python that is not installed here leaves its rows out, with a line that says so; a core that ran nowhere is a failure.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).with_name("uv"))
# Every core once at least, every Python with its oldest and its newest core.
ROWS = [
    ("2.16", "3.11"),
    ("2.19", "3.11"),
    ("2.17", "3.12"),
    ("2.21", "3.12"),
    ("2.18", "3.13"),
    ("2.20", "3.13"),
    ("2.21", "3.13"),
]
PACKAGES = (
    "certifi coverage httptools hypothesis jsonpatch jsonschema pytest pytest-xdist pyyaml starlette uvicorn uvloop"
)
SUITES = ["tests/unit", "tests/laws", "tests/integration"]


def interpreter(python: str) -> str | None:
    """The path of an installed Python of that minor version, on PATH or from pyenv; None where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    candidates = [f"python{python}", *sorted(map(str, pyenv.glob(f"versions/{python}.*/bin/python")))]
    for candidate in candidates:
        # Asked, not looked up: a pyenv shim is there for versions that are not in use.
        found = subprocess.run(
            ["env", candidate, "-c", "import sys; print(sys.executable)"], capture_output=True, check=False, text=True
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return None


def pins(core: str) -> Path:
    """The lock as constraints, without what the core decides."""
    kept = re.sub(
        r"(?m)^(?:ansible-core|resolvelib)==.*(?:\n    .*)*\n", "", (ROOT / "requirements-dev.txt").read_text()
    )
    place = ROOT / ".cache" / "matrix" / f"pins-{core}.txt"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(re.sub(r" \\\n    --hash=\S+|(?m:^    --hash=\S+(?: \\)?\n)", "", kept))
    return place


def run(core: str, python: str, base: str) -> str | None:
    """Run one row; the closing line of pytest, or None where something failed."""
    place = ROOT / ".cache" / "matrix" / f"core{core}-py{python}"
    environment = os.environ | {"VIRTUAL_ENV": str(place), "UV_CACHE_DIR": str(ROOT / ".cache" / "uv")}
    install = [UV, "pip", "install", "-q", "--constraint", str(pins(core)), f"ansible-core~={core}.0"]
    commands = [
        [UV, "venv", "-q", "--allow-existing", "--python", base, str(place)],
        [*install, "-r", "requirements.txt", *PACKAGES.split()],
    ]
    for command in commands:
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            return None
    suites = [suite for suite in SUITES if (ROOT / suite).exists()]
    tests = subprocess.run(
        [str(place / "bin" / "python"), "-P", "-m", "pytest", "-n", "2", *suites],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if tests.returncode:
        print(tests.stdout)
        return None
    return tests.stdout.splitlines()[-1]


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - {core for core, _ in ROWS}:
        sys.exit(f"matrix: no row for {', '.join(sorted(unknown))}")
    rows = [row for row in ROWS if not wanted or row[0] in wanted]
    good: set[str] = set()
    failed = []
    for core, python in rows:
        base = interpreter(python)
        if base is None:
            print(f"ansible-core {core} on Python {python}: left out, that Python is not installed here", flush=True)
            continue
        result = run(core, python, base)
        print(f"ansible-core {core} on Python {python}: {result or 'FAILED'}", flush=True)
        if result:
            good.add(core)
        else:
            failed.append(core)
    never = sorted({core for core, _ in rows} - good - set(failed))
    if never:
        print(f"ansible-core {', '.join(never)} ran on no Python")
    return 1 if failed or never else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
