# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `ansible-test sanity` on a real copy of the collection, without containers; arguments are handed on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import ansible_test
import collection_tree

CACHE = collection_tree.ROOT / ".cache" / "sanity"
HOME = CACHE / "home"
# ansible-test fetches this script from a site of its own; Python brings the same pip along.
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


# Not code that Ansible runs: ruff and mypy judge it, by the project's own rules.
ELSEWHERE = ["tools", "tests/bench", "tests/conftest.py", "tests/emulator", "tests/laws", "tests/support", "tests/unit"]


def bootstrap_scripts() -> None:
    """Put a stand-in where ansible-test caches its pip bootstrap, for each pip version that this core may ask for."""
    source = Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text()
    versions = set(re.findall(r"pip='([\d.]+)'", source))
    if not versions:
        sys.exit("sanity: this ansible-test names its pip in a way tools/sanity does not know")
    place = HOME / ".ansible" / "test" / "cache"
    place.mkdir(parents=True, exist_ok=True)
    for version in versions:
        (place / f"get_pip_{version.replace('.', '_')}.py").write_text(BOOTSTRAP)


def pip_settings() -> None:
    """Carry the user's pip settings into the new home: ansible-test passes on no PIP_* variable."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, check=True, text=True
    ).stdout
    rows = dict(re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listed, re.MULTILINE))
    place = HOME / ".config" / "pip" / "pip.conf"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items()))


def main(arguments: list[str]) -> int:
    place = collection_tree.copy(CACHE, leave_out=ELSEWHERE)
    bootstrap_scripts()
    pip_settings()
    # pyenv's shims pretend that every Python is there.
    path = [Path(sys.executable).parent, *(p for p in os.environ["PATH"].split(os.pathsep) if "shims" not in p)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {"HOME": str(HOME), "PATH": os.pathsep.join(map(str, path)), "LC_ALL": "C.UTF-8"}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = ["ansible-test", "sanity", "--color", "no", "--truncate", "0", "--python", python, *arguments]
    return subprocess.run(command, cwd=place, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
