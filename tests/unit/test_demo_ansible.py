# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demonstration runs a playbook, and what it is told of it."""

from __future__ import annotations

import os
import select
from pathlib import Path

import demo_ansible
import pytest
from demo_ansible import Ansible, Event, Outcome

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: A fact
      ansible.builtin.set_fact:
        found: {plan: [1, 2]}
    - name: A loop
      ansible.builtin.debug:
        msg: "about {{ item }}"
      loop: [one, two]
    - name: Left out
      ansible.builtin.debug:
      when: false
    - name: Ignored
      ansible.builtin.fail:
        msg: no matter
      ignore_errors: true
    - name: What is wrong
      ansible.builtin.fail:
        msg: "{{ item }} is wrong"
      loop: [left, right]
"""


@pytest.fixture
def ansible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ansible:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "no_such_callback")
    monkeypatch.setenv("AKAMAI_HOST", "not-handed-on.example.com")
    variables = demo_ansible.environment(tmp_path / "home", tmp_path / "edgerc", tmp_path / "ca.pem")
    assert "AKAMAI_HOST" not in variables
    return Ansible(variables, tmp_path / "log.txt", tmp_path / "events.jsonl")


def test_what_happens_is_told_as_it_happens(ansible: Ansible, tmp_path: Path) -> None:
    play = tmp_path / "play.yml"
    play.write_text(PLAY)
    told: list[Event] = []
    beats: list[float] = []
    outcome = ansible.play(str(play), told=told.append, beat=beats.append)
    assert outcome.status == 2
    assert told == outcome.events
    assert outcome.fact("found") == {"plan": [1, 2]}
    assert outcome.fact("other") is None
    assert [event["item"] for event in outcome.found("A loop")] == ["one", "two"]
    assert [event["status"] for event in outcome.found("Left out")] == ["skipped"]
    assert outcome.failure is not None
    assert (outcome.failure["task"], outcome.failure["item"]) == ("What is wrong", "right")
    assert outcome.said(ansible.log) == ["What is wrong: left is wrong", "What is wrong: right is wrong"]
    assert "about two" in ansible.log.read_text()
    assert beats == sorted(beats)
    assert beats


def test_a_playbook_that_does_not_start_is_explained_by_the_log(ansible: Ansible) -> None:
    outcome = ansible.play("no-such-playbook.yml")
    assert outcome.status != 0
    assert "no-such-playbook.yml" in " ".join(outcome.said(ansible.log))


def test_an_interrupted_playbook_ends_with_what_it_started(ansible: Ansible, tmp_path: Path) -> None:
    play, started, held = tmp_path / "play.yml", tmp_path / "started", tmp_path / "held"
    # As long as the command runs, it holds the pipe open.
    os.mkfifo(held)
    pipe = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    command = f"exec sleep 600 > {held} 2>&1 < <(touch {started})"
    play.write_text(
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
        f"    - ansible.builtin.shell: '{command}'\n      args: {{executable: /bin/bash}}\n"
    )

    def interrupt(seconds: float) -> None:
        if started.exists() or seconds > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ansible.play(str(play), beat=interrupt)
    assert started.exists()
    assert select.select([pipe], [], [], 30)[0] == [pipe]
    os.close(pipe)


def test_results_count(tmp_path: Path) -> None:
    events = [
        {"event": "result", "task": "a", "status": "ok", "ignored": False, "result": {"waited_seconds": 1.5}},
        {"event": "result", "task": "a", "status": "failed", "ignored": True, "result": {}},
        {"event": "end", "changed": 3, "failed": 0},
    ]
    outcome = Outcome(0, events)
    assert (outcome.waited, outcome.changed, outcome.failure) == (1.5, 3, None)
