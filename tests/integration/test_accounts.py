# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client, several accounts: the account switch key of a task, of a group and of a host (DESIGN 3.1)."""

from __future__ import annotations

from pathlib import Path

from akamai_emulator.testing import Running
from playbook_runs import Playbooks  # tests/support, by `pythonpath` in pyproject.toml

OWN, OTHER = "A-CCT1234", "A-CCT5678"


def test_a_task_a_group_and_a_host_have_accounts_of_their_own(tmp_path: Path) -> None:
    with Running(tmp_path / "emulator", durations="demo") as emulator:
        keys = emulator.ready["account_switch_keys"]
        playbooks = Playbooks(emulator, tmp_path)
        inventory = {
            "all": {
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
                "children": {
                    "example": {"vars": {"akamai_account_switch_key": keys[OWN]}, "hosts": {"www": {}}},
                    "customers": {
                        "vars": {"akamai_account_switch_key": keys[OWN]},
                        "hosts": {"customer": {"akamai_account_switch_key": keys[OTHER]}, "another": {}},
                    },
                },
            }
        }
        name = "{{ inventory_hostname }}"
        play = {
            "hosts": "example:customers",
            "gather_facts": False,
            "module_defaults": {
                "group/edgetrust.akamai.all": {
                    "section": "switchable",
                    "account_switch_key": "{{ akamai_account_switch_key }}",
                }
            },
            "tasks": [
                {"edgetrust.akamai.mets_ca_set": {"ca_set_name": f"host-{name}"}},
                {"edgetrust.akamai.mets_ca_set": {"ca_set_name": f"task-{name}", "account_switch_key": keys[OTHER]}},
            ],
        }
        hosts = str(playbooks.write("hosts.yml", inventory))
        played = playbooks.run(str(playbooks.write("accounts.yml", [play])), "-i", hosts)
        assert played.status == 0, played.text
        accounts = emulator.control.state()["accounts"]
        made = {account: {s["caSetName"] for s in accounts[account]["ca_sets"]} for account in (OWN, OTHER)}
        assert made == {
            OWN: {"host-www", "host-another"},
            OTHER: {"host-customer", "task-www", "task-customer", "task-another"},
        }
        again = playbooks.run(str(playbooks.write("accounts.yml", [play])), "-i", hosts)
        assert again.status == 0 and again.changed == 0, again.text
