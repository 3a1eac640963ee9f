# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a process: what it writes, restarts with the same home, kill -9, seeds and bad arguments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from .harness import DURATIONS, House
from .papi_harness import activations_of, ok, property_of, start

SECTIONS = {"default", "read_only", "no_mets", "other_account", "switchable"}
PACKAGE = Path(__file__).resolve().parents[2]
SOON = 5.0  # seconds within which a write has reached the disk
SEED = """
accounts:
  A-CCT1234:
    ca_sets:
      - caSetName: partners
    enrollments:
      - csr: {cn: tiny.example.com}
    properties:
      - propertyName: tiny
        versions:
          - hostnames: [{cnameFrom: tiny.example.com}]
"""

Begin = Callable[..., House]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Starts an emulator in this test's home; ends whatever is left."""
    houses: list[House] = []

    def start_one(*arguments: str) -> House:
        house = House(tmp_path / "home", arguments=["--set", "rate_limits=off", *arguments])
        houses.append(house)
        return house

    yield start_one
    for house in houses:
        house.stop()


def kill(house: House) -> None:
    house.process.kill()
    house.process.wait(10)


def on_disk(house: House, text: str) -> None:
    """Wait until something that was written can be found in the home."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if any(text in path.read_text() for path in house.home.glob("state*.json")):
            return
        time.sleep(0.01)
    raise AssertionError(f"{text} did not reach the disk within {SOON} seconds")


def test_what_it_writes(begin: Begin) -> None:
    house = begin()
    ready = house.ready
    assert {"url", "control_url", "pid", "account_switch_keys"} <= set(ready)
    assert ready["pid"] == house.process.pid
    assert ready["account_switch_keys"] == {"A-CCT1234": "1-ABC12:1-2RBL", "A-CCT5678": "1-XYZ98:1-2RBL"}
    assert ready["url"].startswith("https://127.0.0.1:")
    assert ready["control_url"].startswith("http://127.0.0.1:")
    parser = RawConfigParser()
    parser.read(house.home / "edgerc")
    assert set(parser.sections()) == SECTIONS
    for section in SECTIONS:
        values = dict(parser[section])
        assert set(values) == {"host", "client_token", "client_secret", "access_token"}
        assert values["host"] == ready["url"].removeprefix("https://").rstrip("/")
    assert (house.home / "edgerc").stat().st_mode & 0o077 == 0
    assert "BEGIN CERTIFICATE" in (house.home / "ca.pem").read_text()


@pytest.mark.parametrize("end", [House.stop, kill], ids=["stop", "kill -9"])
def test_a_restart_keeps_everything(end: Callable[[House], None], begin: Begin) -> None:
    first = begin()
    ok(first, "POST {www}/versions?", {"createFromVersion": 2})
    start("shop", 1)(first)
    first.client().ask("POST", "/mtls-edge-truststore/v2/ca-sets", {"caSetName": "kept-over-restart"})
    if end is kill:
        on_disk(first, "kept-over-restart")
    before = first.control.state()
    secrets = tokens(first)
    ca = (first.home / "ca.pem").read_bytes()
    end(first)
    second = begin()
    assert tokens(second) == secrets
    assert (second.home / "ca.pem").read_bytes() == ca
    assert second.control.state() == before
    assert property_of(second, "www")["latestVersion"] == 3
    running = [e for e in activations_of(second, "shop") if e["propertyVersion"] == 1 and e["status"] != "INACTIVE"]
    assert len(running) == 1
    second.control.advance(100_000)
    assert property_of(second, "shop")["stagingVersion"] == 1


def tokens(house: House) -> list[dict[str, str]]:
    parser = RawConfigParser()
    parser.read(house.home / "edgerc")
    return [{k: v for k, v in parser[name].items() if k != "host"} for name in sorted(SECTIONS)]


def test_a_write_reaches_the_disk_soon(begin: Begin) -> None:
    house = begin()
    for number in range(3):
        name = f"soon-{number}"
        house.client().ask("POST", "/mtls-edge-truststore/v2/ca-sets", {"caSetName": name})
        on_disk(house, name)


def test_killed_in_the_middle_of_many_writes(begin: Begin) -> None:
    """Whatever had reached the disk is a whole document."""
    house = begin()
    for number in range(40):
        house.client().ask("POST", "/mtls-edge-truststore/v2/ca-sets", {"caSetName": f"many-{number}"})
    kill(house)
    again = begin()
    names = {one["caSetName"] for one in again.client().ask("GET", "/mtls-edge-truststore/v2/ca-sets")["caSets"]}
    assert names == {f"many-{number}" for number in range(len(names))}, "no hole: a prefix of what was written"


def test_the_reset_after_a_restart_is_to_the_seed(begin: Begin) -> None:
    first = begin()
    ok(first, "POST {www}/versions?", {"createFromVersion": 2})
    first.stop()
    second = begin()
    second.control.reset()
    assert property_of(second, "www")["latestVersion"] == 2


def test_a_seed_file(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "seed.yml"
    path.write_text(SEED)
    house = begin("--seed", str(path))
    assert ok(house, "POST {P}/search/find-by-value", {"propertyName": "tiny"}).json()["versions"]["items"]
    sets = house.client().ask("GET", "/mtls-edge-truststore/v2/ca-sets")["caSets"]
    assert [one["caSetName"] for one in sets] == ["partners"]
    house.client().ask("POST", "/mtls-edge-truststore/v2/ca-sets", {"caSetName": "another"})
    house.control.reset()
    sets = house.client().ask("GET", "/mtls-edge-truststore/v2/ca-sets")["caSets"]
    assert [one["caSetName"] for one in sets] == ["partners"]


def test_set(begin: Begin) -> None:
    assert begin("--set", "papi_latest=200").control.switches()["papi_latest"] == "200"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Begin]:
    """Starts one emulator with arguments and durations of the test's own."""
    houses: list[House] = []

    def start_one(*arguments: str, **durations: float) -> House:
        house = House(tmp_path / "other", arguments=arguments, durations={**DURATIONS, **durations})
        houses.append(house)
        return house

    yield start_one
    for house in houses:
        house.stop()


@pytest.mark.parametrize(("durations", "limits"), [("demo", "off"), ("real", "documented")])
def test_rate_limits_are_off_under_demo_only(durations: str, limits: str, other: Begin) -> None:
    assert other("--durations", durations).control.switches()["rate_limits"] == limits


def test_the_demo_ends_by_itself(other: Begin) -> None:
    house = other("--durations", "demo")
    start("shop", 1)(house)
    end = time.monotonic() + 10
    while property_of(house, "shop")["stagingVersion"] != 1:
        assert time.monotonic() < end, activations_of(house, "shop")
        time.sleep(0.1)


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "akamai_emulator", "--port", "0", "--home", str(tmp_path / "home"), *arguments]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize(
    ("seed", "pointer"),
    [
        ("accounts: []", "/accounts"),
        ("accounts: {A-CCT1234: {ca_sets: {}}}", "/accounts/A-CCT1234/ca_sets"),
        ("accounts: {A-CCT1234: {properties: [{versions: [7]}]}}", "/accounts/A-CCT1234/properties/0/versions/0"),
        ("accounts: [", "cannot read"),
    ],
)
def test_a_bad_seed_is_exit_2_with_the_place(seed: str, pointer: str, tmp_path: Path) -> None:
    (tmp_path / "seed.yml").write_text(seed)
    done = run(tmp_path, "--seed", str(tmp_path / "seed.yml"))
    assert done.returncode == 2
    assert pointer in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--seed", "no-such-file.yml"), "no-such-file.yml"),
        (("--set", "no_such_switch=on"), "no_such_switch"),
        (("--set", "papi_latest=418"), "papi_latest"),
        (("--set", "papi_latest"), "papi_latest"),
        (("--durations", "no-such-file.yml"), "no-such-file.yml"),
    ],
    ids=str,
)
def test_bad_arguments(arguments: tuple[str, ...], word: str, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["papi_activation: soon", "no_such_duration: 1", "papi_activation: -1", "- 1"])
def test_bad_durations(text: str, tmp_path: Path) -> None:
    (tmp_path / "d.yml").write_text(text)
    done = run(tmp_path, "--durations", str(tmp_path / "d.yml"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_one_emulator_to_a_home(begin: Begin, tmp_path: Path) -> None:
    house = begin()
    done = run(tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert ok(house, "GET {P}/groups"), "the first one is not disturbed"


def test_sigterm_ends_it_in_order(begin: Begin) -> None:
    house = begin()
    house.process.terminate()
    assert house.process.wait(10) in (0, -15, 143)
    assert "Traceback" not in (house.home / "emulator.log").read_text()


def test_latency(other: Begin) -> None:
    house = other("--set", "rate_limits=off", latency=0.3)
    begun = time.monotonic()
    ok(house, "GET {P}/groups")
    assert time.monotonic() - begun >= 0.3


def test_a_duration_of_zero(other: Begin) -> None:
    """Done at the next request."""
    house = other("--set", "rate_limits=off", papi_activation=0)
    start("shop", 1)(house)
    assert property_of(house, "shop")["stagingVersion"] == 1


def test_a_state_document_is_a_seed(begin: Begin, other: Begin, tmp_path: Path) -> None:
    first = begin()
    ok(first, "POST {www}/versions?", {"createFromVersion": 2})
    state = first.control.state()
    first.stop()
    (tmp_path / "seed.yml").write_text(json.dumps(state))
    second = other("--seed", str(tmp_path / "seed.yml"), "--set", "rate_limits=off")
    assert second.control.state() == state
    assert property_of(second, "www")["latestVersion"] == 3
