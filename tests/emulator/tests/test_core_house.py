# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts, grants, switch keys, quota, settling and seeds, on a house without sockets."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from akamai_emulator import __main__ as program
from akamai_emulator import durations, ratelimit
from akamai_emulator.core import Operation, Reply, ShapeError
from akamai_emulator.home import Home, HomeError
from akamai_emulator.house import House
from akamai_emulator.routing import Router
from akamai_emulator.switches import SwitchError

METS, CPS, PAPI = "/mtls-edge-truststore/v2", "/cps/v2", "/papi/v1"
SETS = f"{METS}/ca-sets"
VALIDATE = f"{METS}/certificates/validate"
MAIN, OTHER = "A-CCT1234", "A-CCT5678"
KEYS = {MAIN: "1-ABC12%3A1-2RBL", OTHER: "1-XYZ98%3A1-2RBL"}


def kind(reply: Reply) -> str:
    return str(reply.body["type"]).rpartition("/-/")[2]


GRANTS = [
    ("default", "POST", SETS, True),
    ("read_only", "GET", SETS, True),
    ("read_only", "HEAD", SETS, True),
    ("read_only", "POST", SETS, False),
    ("read_only", "POST", VALIDATE, False),
    ("read_only", "POST", f"{METS}/nowhere", False),
    ("no_mets", "GET", SETS, False),
    ("no_mets", "GET", f"{PAPI}/groups", True),
    ("other_account", "GET", SETS, True),
    ("no_mets", "GET", "/-/client-api/active-grants/implicit", True),
]


@pytest.mark.parametrize(("section", "method", "target", "allowed"), GRANTS)
def test_grants(send: Any, section: str, method: str, target: str, allowed: bool) -> None:
    reply = send(method, target, section=section)
    assert (reply.status != 403) == allowed
    if not allowed:
        assert kind(reply) == "pep-authz/deny"
        assert reply.body["authzRealm"]


def test_read_only_checks_behind_a_switch(house: House, send: Any) -> None:
    house.switches.update({"read_only_checks": "allow"})
    assert send("POST", VALIDATE, {"certificates": []}, section="read_only").status == 400
    assert send("POST", SETS, {"caSetName": "abc"}, section="read_only").status == 403


def test_an_account_is_switched(house: House, send: Any) -> None:
    target = f"{SETS}?accountSwitchKey={KEYS[OTHER]}"
    made = send("POST", target, {"caSetName": "theirs"}, section="switchable")
    assert made.body["accountId"] == OTHER
    assert send("GET", SETS).body == {"caSets": []}
    twice = f"{target}&caSetNamePrefix=th&accountSwitchKey={KEYS[OTHER]}"
    assert len(send("GET", twice, section="switchable").body["caSets"]) == 1


@pytest.mark.parametrize(
    ("section", "query"),
    [
        ("default", f"accountSwitchKey={KEYS[OTHER]}"),
        ("switchable", "accountSwitchKey=1-NONE1"),
        ("switchable", "accountSwitchKey="),
        ("switchable", f"accountSwitchKey={KEYS[OTHER]}&accountSwitchKey={KEYS[MAIN]}"),
    ],
)
def test_switch_keys_that_lead_nowhere(send: Any, section: str, query: str) -> None:
    reply = send("GET", f"{SETS}?{query}", section=section)
    assert (reply.status, kind(reply)) == (403, "pep-authz/deny")


@pytest.mark.parametrize("target", ["/", "/nowhere", "/mtls-edge-truststore/v1/ca-sets", "/cps/v22/x"])
def test_unknown_prefixes_are_the_gateways(send: Any, target: str) -> None:
    reply = send("GET", target)
    assert (reply.status, kind(reply)) == (404, "resource-impl/not-found")


def test_a_crash_is_the_services_500(house: House, send: Any) -> None:
    house.accounts[MAIN].document["ca_sets"] = [{"no": "set"}]
    reply = send("GET", SETS)
    assert (reply.status, reply.body["type"]) == (500, "/mtls-edge-truststore/error-types/internal-error")


# -- quota --


def test_a_window_lets_the_oldest_go() -> None:
    window = ratelimit.Window(2, 10)
    assert [window.take(t).remaining for t in (0, 4)] == [1, 0]
    refused = window.take(5)
    assert (refused.wait, refused.remaining) == (5, 0)
    assert window.take(10).wait == 0
    assert window.take(11).wait == 3


def test_a_bucket_refills() -> None:
    bucket = ratelimit.Bucket(2, 60)
    assert [bucket.take(0).wait for _ in range(3)] == [0, 0, 1]
    assert bucket.take(1).wait == 0
    assert [bucket.take(100).remaining for _ in range(2)] == [1, 0]


def test_the_tightest_limit_of_an_api_counts() -> None:
    limits = ratelimit.RateLimits()
    verdicts = [limits.take("a", "cps", 0.0) for _ in range(21)]
    assert [v.wait for v in verdicts if v is not None] == [0] * 20 + [2]
    other = limits.take("b", "cps", 0.0)
    assert other is not None
    assert other.wait == 0
    assert limits.take("a", "grants", 0.0) is None


def test_quota_is_per_account_not_per_client(house: House, send: Any) -> None:
    house.switches.update({"rate_limits": "documented"})
    left = [
        int(send("GET", SETS, section=section).headers["X-RateLimit-Remaining"])
        for section in ("default", "read_only", "other_account")
    ]
    assert left[0] - left[1] == 1
    assert left[2] == left[0]


def test_an_exhausted_quota(house: House, send: Any) -> None:
    house.switches.update({"rate_limits": "documented"})
    replies = [send("GET", SETS) for _ in range(ratelimit.METS_PER_MINUTE + 1)]
    assert {reply.status for reply in replies[:-1]} == {200}
    last = replies[-1]
    assert last.status == 429
    assert last.headers["X-RateLimit-Next"] == last.body["rateLimitNext"]
    assert (last.body["rateLimitRemaining"], last.headers["X-RateLimit-Remaining"]) == (0, "0")


# -- routing --


def _router(*templates: str) -> Router:
    from dataclasses import replace

    from akamai_emulator import grants

    rows = tuple(Operation("grants", t, "GET", t, grants._active_grants, False) for t in templates)
    return Router([replace(grants.SERVICE, prefixes=("/a",), operations=rows)])


def test_literal_segments_go_before_names() -> None:
    router = _router("/a/{x}", "/a/latest", "/a/{x}/b", "/a/latest/c/{y}")
    assert router.find("GET", "/a/latest")[0].name == "/a/latest"  # type: ignore[union-attr]
    operation, params, _ = router.find("GET", "/a/latest/b")
    assert operation is not None
    assert (operation.name, params) == ("/a/{x}/b", {"x": "latest"})


@pytest.mark.parametrize("path", ["/a", "/a/", "/a//b", "/a/1/", "/a/1/2", "/b/1"])
def test_paths_without_an_operation(path: str) -> None:
    assert _router("/a/{x}", "/a/{x}/b").find("GET", path) == (None, {}, [])


def test_other_methods_are_told() -> None:
    assert _router("/a/{x}").find("PUT", "/a/1") == (None, {}, ["GET"])


def test_parameters_are_decoded() -> None:
    assert _router("/a/{x}").find("GET", "/a/%2Fb%20c%FF")[1] == {"x": "/b c\ufffd"}


# -- seeds, state, files --


def test_a_seed_of_three_lines(house: House, send: Any) -> None:
    house.adopt({"accounts": {MAIN: {"ca_sets": [{"caSetName": "partners"}]}}})
    assert [s["caSetName"] for s in send("GET", SETS).body["caSets"]] == ["partners"]
    assert set(house.clients) == {"default", "read_only", "no_mets", "switchable", "other_account"}
    assert house.accounts[MAIN].document["groups"]
    assert house.clients["other_account"][0].id == OTHER


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], ""),
        ({}, "/accounts"),
        ({"accounts": []}, "/accounts"),
        ({"accounts": {"A": 5}}, "/accounts/A"),
        ({"accounts": {"A": {"ca_sets": {}}}}, "/accounts/A/ca_sets"),
        ({"accounts": {"A": {"ca_sets": [1]}}}, "/accounts/A/ca_sets/0"),
        ({"accounts": {"A": {"ca_sets": [{}]}}}, "/accounts/A/ca_sets/0/caSetName"),
        (
            {"accounts": {"A": {"ca_sets": [{"caSetName": "x", "versions": [None]}]}}},
            "/accounts/A/ca_sets/0/versions/0",
        ),
        (
            {
                "accounts": {
                    "A": {"ca_sets": [{"caSetName": "x", "versions": [{"certificates": [{"certificatePem": "x"}]}]}]}
                }
            },
            "/accounts/A/ca_sets/0/versions/0/certificates/0/certificatePem",
        ),
        ({"accounts": {"A": {"clients": [{"name": "a"}, {"name": "a"}]}}}, "/accounts/A/clients/1/name"),
        ({"accounts": {"A": {"clients": [{"name": "a\nb"}]}}}, "/accounts/A/clients/0/name"),
        (
            {"accounts": {"A": {"clients": [{"name": "a", "grants": {"mets": "ALL"}}]}}},
            "/accounts/A/clients/0/grants/mets",
        ),
    ],
    ids=str,
)
def test_a_bad_document_changes_nothing(house: House, document: Any, pointer: str) -> None:
    before = house.freeze()
    with pytest.raises(ShapeError) as caught:
        house.adopt(document)
    assert caught.value.pointer == pointer
    assert house.freeze() == before


def test_state_goes_round(house: House) -> None:
    first = house.saved()
    house.put(first.encode())
    house.put(first.encode())
    assert json.loads(house.saved()) == json.loads(first)


def test_a_remembered_document_is_not_shared(house: House, send: Any) -> None:
    raw = json.dumps(house.document()).encode()
    for _ in range(3):
        house.put(raw)
        assert send("POST", SETS, {"caSetName": "partners"}).status == 201


def test_reset_and_clock(house: House, send: Any) -> None:
    send("POST", SETS, {"caSetName": "partners"})
    house.clock.offset = 1000
    house.reset()
    assert (send("GET", SETS).body, house.clock.offset) == ({"caSets": []}, 0)


def test_restart(tmp_path: Path, house: House, send: Any) -> None:
    """State, clock and tokens survive; a second process is kept out while the first runs."""
    send("POST", SETS, {"caSetName": "partners"})
    house.clock.offset = 500
    house.home.write(house.home.state, house.saved())
    with pytest.raises(HomeError, match="another emulator"):
        Home(str(house.home.path))
    house.home._lock.close()
    again = House(Home(str(house.home.path)), durations.load("real"), None)
    again.restore(again.home.load_state())
    assert again.secrets == house.secrets
    assert [s["caSetName"] for s in again.accounts[MAIN].document["ca_sets"]] == ["partners"]
    assert again.clock.offset == 500


def test_secrets_are_for_the_owner_only(house: House) -> None:
    house.host = "127.0.0.1:1"
    house.write_edgerc()
    for name in ("edgerc", "credentials.json", "server.key"):
        assert (house.home.path / name).stat().st_mode & 0o077 == 0, name
    assert not any(secret in house.saved() for values in house.secrets.values() for secret in values.values())


def test_switches_change_all_or_none(house: House) -> None:
    for changes in ({"rate_limits": "documented", "nix": "1"}, {"rate_limits": "documented", "read_only_checks": "?"}):
        with pytest.raises(SwitchError):
            house.switches.update(changes)
    assert house.switch("rate_limits") == "off"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mets_activaton: 3", "unknown duration"),
        ("latency: -1", "latency"),
        ("latency: no", "latency"),
        ("- 1", "mapping"),
        ("a: [", "read"),
    ],
)
def test_bad_durations(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "durations.yml"
    file.write_text(text)
    with pytest.raises(durations.DurationError, match=said):
        durations.load(str(file))


def test_durations_may_be_partial(tmp_path: Path) -> None:
    file = tmp_path / "durations.yml"
    file.write_text("cps_step: 2\n")
    assert durations.load(str(file)) == durations.REAL | {"cps_step": 2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "nix=1"], "unknown switch"),
        (["--set", "rate_limits=maybe"], "documented | off"),
        (["--durations", "nowhere.yml"], "cannot read durations"),
        (["--seed", "nowhere.yml"], "cannot read nowhere.yml"),
    ],
)
def test_a_bad_start_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert program.main(["--home", str(tmp_path / "home"), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_seed_error_names_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "seed.yml"
    file.write_text("accounts: {A-1: {ca_sets: [{caSetName: 5}]}}")
    assert program.main(["--home", str(tmp_path / "home"), "--seed", str(file)]) == 2
    assert "/accounts/A-1/ca_sets/0/caSetName: text is expected" in capsys.readouterr().err


def test_a_taken_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert program.main(["--home", str(tmp_path / "home"), "--port", str(port)]) == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err
