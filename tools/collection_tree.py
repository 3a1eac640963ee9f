# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the checkout where Ansible looks for it: `.../ansible_collections/edgetrust/akamai`.

python tools/collection_tree.py link        a symbolic link in .cache/collections: for ansible-playbook and the tests
python tools/collection_tree.py copy DEST   a real copy of what git knows below DEST: for ansible-test, which
                                            follows no links and wants no stray files
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLLECTIONS = ROOT / ".cache" / "collections"
INSIDE = Path("ansible_collections", "edgetrust", "akamai")


def link(base: Path = COLLECTIONS) -> Path:
    """Make (or mend) the link below `base`; return the path of the collection there."""
    place = base / INSIDE
    if not (place.is_symlink() and place.resolve() == ROOT):
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name}.{os.getpid()}")
        fresh.symlink_to(os.path.relpath(ROOT, place.parent), target_is_directory=True)
        # One step, since several test runs may do this at the same time.
        fresh.replace(place)
    return place


def files() -> list[Path]:
    """What belongs to the collection, relative to it: tracked files and new ones that are not ignored."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).exists()]


def copy(base: Path, leave_out: Iterable[str] = ()) -> Path:
    """Replace the copy below `base`, without the named files and folders; return the path of the collection there."""
    place = base / INSIDE
    shutil.rmtree(place, ignore_errors=True)
    for name in files():
        if any(name.is_relative_to(outside) for outside in leave_out):
            continue
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name, follow_symlinks=False)
    # Without a repository of its own ansible-test and antsibull ask the one around it, which ignores the copy.
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=place, check=True)
    return place


def main(arguments: list[str]) -> int:
    match arguments:
        case ["link"]:
            link()
        case ["copy", base]:
            print(copy(Path(base)))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
