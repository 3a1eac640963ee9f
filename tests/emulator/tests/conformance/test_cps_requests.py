# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CPS does with media types, methods, paths and bodies that are wrong in themselves (cps-v2.md 1, 3, 9)."""

from __future__ import annotations

from typing import Any

import pytest

from .cps_worlds import DV, ENROLLMENTS, NEW_ENROLLMENT, editable, heads, vnd
from .harness import CPS, House

# given, method, path, Accept, Content-Type, body
OPERATIONS: list[tuple[str, str, str, str, str | None, Any]] = [
    ("stock", "GET", "", "enrollments.v11", None, None),
    ("stock", "POST", "?contractId=C-0N7RAC7", "enrollment-status.v1", "enrollment.v12", NEW_ENROLLMENT),
    ("stock", "GET", f"/{DV}", "enrollment.v12", None, None),
    ("stock", "PUT", f"/{DV}", "enrollment-status.v1", "enrollment.v12", None),
    ("stock", "DELETE", "/10003", "enrollment-status.v1", None, None),
    ("network change pending", "GET", "/{e}/changes/{c}", "change.v2", None, None),
    ("network change pending", "DELETE", "/{e}/changes/{c}", "change-id.v1", None, None),
    ("upload waits", "GET", "/{e}/changes/{c}/input/info/third-party-csr", "csr.v2", None, None),
    (
        "change management waits",
        "POST",
        "/{e}/changes/{c}/input/update/change-management-ack",
        "change-id.v1",
        "acknowledgement.v1",
        {"acknowledgement": "acknowledge"},
    ),
    ("network change pending", "GET", "/{e}/changes/{c}/deployment-schedule", "deployment-schedule.v1", None, None),
    (
        "network change pending",
        "PUT",
        "/{e}/changes/{c}/deployment-schedule",
        "change-id.v1",
        "deployment-schedule.v1",
        {"notBefore": None, "notAfter": None},
    ),
    ("stock", "GET", f"/{DV}/deployments", "deployments.v8", None, None),
    ("stock", "GET", f"/{DV}/deployments/production", "deployment.v8", None, None),
    ("stock", "GET", f"/{DV}/deployments/staging", "deployment.v8", None, None),
    ("stock", "GET", f"/{DV}/history/changes", "change-history.v5", None, None),
    ("stock", "GET", f"/{DV}/history/certificates", "certificate-history.v2", None, None),
]
NAMES = [f"{method} {path}" for _, method, path, *_ in OPERATIONS]
BODIES = [op for op in OPERATIONS if op[4]]


def ask(house: House, operation: Any, accept: str | None = "", content: str | None = "", body: Any = None) -> Any:
    """Send one operation in its state, with other media types or another body where given."""
    given, method, path, right_accept, right_content, right_body = operation
    facts = house.enter(given)
    if method == "PUT" and right_body is None:
        right_body = editable(house, DV)
    wanted = {
        "Accept": vnd(right_accept) if accept == "" else accept,
        "Content-Type": (right_content and vnd(right_content)) if content == "" else content,
    }
    return house.client().send(method, ENROLLMENTS + path.format(**facts), right_body if body is None else body, wanted)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_right_requests(running: House, operation: Any) -> None:
    """Every operation, as section 3 writes it, succeeds; its body is JSON."""
    answer = ask(running, operation)
    assert answer.status_code in (200, 202), answer.text
    assert "json" in answer.headers["Content-Type"]
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@pytest.mark.parametrize("accept", ["application/json", "text/html", vnd("colour.v1"), None])
def test_accept(running: House, operation: Any, accept: str | None) -> None:
    """Missing, generic or unknown: 406 (1, U), unless the switch is lax."""
    answer = ask(running, operation, accept=accept)
    assert answer.status_code == 406, answer.text
    assert "status" not in answer.json()


@pytest.mark.parametrize("operation", BODIES, ids=[f"{op[1]} {op[2]}" for op in BODIES])
@pytest.mark.parametrize("content", ["application/json", "text/plain", vnd("colour.v1"), None])
def test_content_type(running: House, operation: Any, content: str | None) -> None:
    """Missing, generic or unknown: 415 (1, U), unless the switch is lax."""
    assert ask(running, operation, content=content).status_code == 415


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_lax_media_types(running: House, operation: Any) -> None:
    """With the switch `cps_media_types=lax` plain JSON does."""
    found = []
    for accept, content in (("", ""), ("application/json", "application/json" if operation[4] else "")):
        facts = running.enter(operation[0])
        running.control.switch(cps_media_types="lax")
        _, method, path, right_accept, right_content, body = operation
        if method == "PUT" and body is None:
            body = editable(running, DV)
        wanted = {
            "Accept": accept or vnd(right_accept),
            "Content-Type": content or (right_content and vnd(right_content)),
        }
        found.append(running.client().send(method, ENROLLMENTS + path.format(**facts), body, wanted).status_code)
    assert found[0] == found[1] < 300


def test_json_on_requests_without_a_body_is_no_415(house: House) -> None:
    """The Go library sends Content-Type on GET and DELETE too (clients.md 1)."""
    sent = heads("enrollment.v12") | {"Content-Type": "application/json"}
    assert house.client().send("GET", f"{ENROLLMENTS}/{DV}", headers=sent).status_code == 200
    sent = heads("enrollment-status.v1") | {"Content-Type": "application/json"}
    assert house.client().send("DELETE", f"{ENROLLMENTS}/10003", headers=sent).status_code == 202


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", f"/{DV}"),
        ("PATCH", f"/{DV}"),
        ("PUT", f"/{DV}/changes/1"),
        ("POST", f"/{DV}/deployments"),
        ("DELETE", f"/{DV}/history/changes"),
    ],
)
def test_methods(house: House, method: str, path: str) -> None:
    assert house.client().send(method, ENROLLMENTS + path, headers=heads("enrollment.v12")).status_code == 405


@pytest.mark.parametrize(
    "path", ["", "/", "/enrollment", f"/enrollments/{DV}/x", f"/enrollments/{DV}/changes", "/active"]
)
def test_unknown_paths(house: House, path: str) -> None:
    assert house.client().send("GET", CPS + path, headers=heads("enrollment.v12")).status_code == 404


ODD = [
    *(b"", b"null", b"true", b"[]", b"{}", b'""', b"0", b"1e400", b"NaN", b"hello", b"{", b"\xff\xfe", b"\x00"),
    *(b"[" * 5000, b'{"a":' * 5000, b'{"csr": null}', b'{"csr": {"cn": "\\ud800"}}', b'{"csr": {"sans": [[]]}}'),
    *(b'{"networkConfiguration": 1e999}', b'{"acknowledgement": ["x"]}', b'{"notBefore": {}}', b"9" * 400),
]


@pytest.mark.parametrize("operation", BODIES, ids=[f"{op[1]} {op[2]}" for op in BODIES])
def test_odd_bodies(running: House, operation: Any) -> None:
    for body in ODD:
        answer = ask(running, operation, body=body)
        if body == b"{}" and operation[4] == "deployment-schedule.v1" and answer.status_code == 200:
            continue  # neither member is required; whether one of them has to be there is not known
        assert answer.status_code == 400, (body[:60], answer.status_code, answer.text[:300])
        assert "status" not in answer.json()


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if "/" in op[2]], ids=lambda op: f"{op[1]} {op[2]}")
def test_odd_paths(running: House, operation: Any) -> None:
    """Ids that no enrollment or change can have: 400 or 404, never a server error."""
    given, method, path, accept, content, body = operation
    facts = running.enter(given)
    for value in (
        "9" * 400,
        "0",
        "-1",
        "1.5",
        "abc",
        "%00",
        "%FF",
        "%C3%A9",
        "%D9%A1",
        "null",
        "1e3",
        "+1",
        "%2010001",
    ):
        changed = path.format(**facts).replace(str(facts.get("e", DV)), value).replace("10003", value)
        answer = running.client().send(method, ENROLLMENTS + changed, body, heads(accept, content))
        assert answer.status_code in (400, 404), (value, answer.status_code, answer.text[:300])
        if "{c}" in path:
            changed = path.replace("{c}", value).format(**facts)
            answer = running.client().send(method, ENROLLMENTS + changed, body, heads(accept, content))
            assert answer.status_code in (400, 404), (value, answer.status_code, answer.text[:300])
