# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One world for all tests: the collection under its own name, and nothing of the user's machine.

Tests import `ansible_collections.edgetrust.akamai.plugins...`, as Ansible does, and never `plugins...`: so a module has
one identity, whichever path the checkout is reached by. Processes that a test starts inherit the same settings.
"""

from __future__ import annotations

import os
import sys

import collection_tree  # tools/, by `pythonpath` in pyproject.toml
import pytest

home = collection_tree.ROOT / ".cache" / "home"
home.mkdir(parents=True, exist_ok=True)
collection_tree.link()
sys.path.insert(0, str(collection_tree.COLLECTIONS))

for name in [name for name in os.environ if name.startswith(("AKAMAI_", "ANSIBLE_"))]:
    del os.environ[name]
# requests would let these override what a test sets.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    os.environ.pop(name, None)
os.environ |= {
    "HOME": str(home),
    "ANSIBLE_COLLECTIONS_PATH": str(collection_tree.COLLECTIONS),
    "ANSIBLE_HOME": str(collection_tree.ROOT / ".cache" / "ansible"),
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_NOCOLOR": "true",
    "HYPOTHESIS_STORAGE_DIRECTORY": str(collection_tree.ROOT / ".cache" / "hypothesis"),
    "PYTHONPATH": str(collection_tree.ROOT / "tests" / "emulator"),
}


def pytest_configure(config: pytest.Config) -> None:
    # Needs the collection, which is there since the lines above.
    from laws_report import LawsReport

    config.pluginmanager.register(LawsReport())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Tests that run ansible-playbook take longest: they go first, so that no worker is left alone with one at the end.
    items.sort(
        key=lambda item: "playbooks" not in getattr(item, "fixturenames", ()) and "integration" not in item.path.parts
    )
