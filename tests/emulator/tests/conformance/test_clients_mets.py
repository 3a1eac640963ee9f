# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What official clients insist on with METS, row by row (clients.md 2); their whole way: test_mets_terraform.py."""

from __future__ import annotations

import email.utils
from typing import Any

import pytest

from .certificates import many, pem
from .clients import Go, line, times, zoned
from .harness import METS, RFC1123, Facts, House
from .mets_worlds import ERRORS, FINISH, NETWORKS, SETS, certificates, move


def texts(document: Any, name: str) -> list[Any]:
    """Every value of a member of this name, at any depth."""
    if isinstance(document, list):
        return [value for item in document for value in texts(item, name)]
    if not isinstance(document, dict):
        return []
    own = [document[name]] if name in document else []
    return own + [value for item in document.values() for value in texts(item, name)]


@line("2", "status codes, exact")
def test_status_codes(running: House) -> None:
    facts, go = running.enter("one version"), Go(running)
    one = f"{SETS}/{facts['set']}"
    body = {"certificates": certificates(*many(5)[3:])}
    go.call("POST", SETS, 201, {"caSetName": "created"})
    go.call("POST", f"{one}/clone", 201, {"caSetName": "cloned"})
    go.call("POST", f"{one}/versions", 201, body)
    go.call("POST", f"{one}/versions/1/clone", 201)
    go.call("PUT", f"{one}/versions/3", 200, body)
    go.call("POST", f"{METS}/certificates/validate", 200, body)
    for path in ("", "/versions", "/versions/1", "/versions/1/certificates", "/associations", "/activations"):
        go.call("GET", one + path, 200)
    go.call("DELETE", f"{one}/versions/3", 204)
    go.call("POST", f"{one}/versions/1/activate", 202, {"network": "STAGING"})
    running.control.advance(FINISH)
    go.call("POST", f"{one}/versions/1/deactivate", 202, {"network": "STAGING"})
    running.control.advance(FINISH)
    go.call("DELETE", one, 202, result=False)


# given, method, path below the sets, status, slug, body
ERROR_ROWS: list[tuple[str, str, str, int, str, Any]] = [
    ("stock", "GET", "/9999", 404, "ca-set-not-found", None),
    ("one set", "GET", "/{set}/versions/9", 404, "ca-set-version-not-found", None),
    ("one set", "POST", "", 409, "ca-set-name-is-not-unique", {"caSetName": "partners"}),
    (
        "one version",
        "GET",
        "/{set}/versions/1/activations/1",
        404,
        "activation-or-deactivation-request-not-found",
        None,
    ),
    *(
        ("v1 active on staging", method, f"/{{set}}/versions/1/{verb}", status, slug, body)
        for method, verb, status, slug, body in (
            ("POST", "activate", 409, "ca-set-version-already-active-on-network", {"network": "STAGING"}),
            ("POST", "deactivate", 409, "ca-set-version-not-active-on-network", {"network": "PRODUCTION"}),
        )
    ),
    ("v1 active on staging", "PUT", "/{set}/versions/1", 422, "ca-set-version-is-active", {"certificates": []}),
    ("v1 active on staging", "DELETE", "/{set}", 409, "ca-set-cannot-be-deleted-active-versions", None),
    ("deleting", "DELETE", "/{set}", 409, "delete-ca-set-request-in-progress", None),
    (
        *("v1 activating on both", "POST", "/{set}/versions/1/activate", 409),
        *("another-activation-request-in-progress-in-the-ca-set", {"network": "STAGING"}),
    ),
]


@line("2", "errors")
@pytest.mark.parametrize("row", ERROR_ROWS, ids=[row[4] for row in ERROR_ROWS])
def test_error_types(running: House, row: tuple[str, str, str, int, str, Any]) -> None:
    """No host, no `v2`. test_errors.py has them all."""
    given, method, path, status, slug, body = row
    facts = running.enter(given)
    if body == {"certificates": []}:
        body = {"certificates": certificates(many(9)[8])}
    problem = Go(running).error(method, SETS + path.format(**facts), status, ERRORS + slug, body)
    assert problem["status"] == status


@line("2", "types")
def test_types(running: House) -> None:
    facts, go = running.enter("bound and on host names"), Go(running)
    one = f"{SETS}/{facts['set']}"
    documents = [go.call("GET", one + path, 200) for path in ("", "/versions", "/activations", "/associations")]
    documents.append(go.call("GET", f"{METS}/ca-sets", 200))
    kinds = {"caSetId": str, "version": int, "activationId": int, "assetId": int, "groupId": int, "enrollmentId": int}
    for name, kind in kinds.items():
        found = texts(documents, name)
        assert found, name
        assert {type(value) for value in found} == {kind}, (name, found)
    for name in ("stagingSlots", "productionSlots"):
        assert all(type(slot) is int for slots in texts(documents, name) for slot in slots)


@line("2", "times")
@pytest.mark.parametrize("given", ["sets of every kind", "deleted", "v2 replaced v1 on staging", "bound"])
def test_times(running: House, given: str) -> None:
    running.enter(given)
    go = Go(running)
    sets = go.call("GET", f"{SETS}?caSetStatus=NOT_DELETED,DELETING,DELETED", 200)["caSets"]
    documents: list[Any] = [sets]
    for one in sets:
        path = f"{SETS}/{one['caSetId']}"
        documents += [
            go.call("GET", f"{path}/{tail}", 200) for tail in ("versions?includeCertificates=true", "activations")
        ]
        documents.append(go.call("GET", f"{path}/activities", 200))
    assert times(documents)
    assert all(zoned(value) for value in times(documents)), times(documents)


@line("2", "`Retry-After` on the two polls")
def test_retry_after_of_an_activation(running: House) -> None:
    facts = running.enter("one version")
    number = move(running, facts["set"], 1, "STAGING", finish=False)
    answer = Go(running).send("GET", f"{SETS}/{facts['set']}/versions/1/activations/{number}")
    assert answer.status_code == 202
    ahead(answer)


@line("2", "`Retry-After` on the two polls")
def test_retry_after_of_a_deletion(running: House) -> None:
    facts = running.enter("deleting")
    answer = Go(running).send("GET", f"{SETS}/{facts['set']}/status/delete")
    assert answer.status_code == 202
    ahead(answer)


def ahead(answer: Any) -> None:
    assert RFC1123.fullmatch(answer.headers["Retry-After"])
    again, now = (email.utils.parsedate_to_datetime(answer.headers[name]) for name in ("Retry-After", "Date"))
    assert 0 < (again - now).total_seconds() <= 301


@line("2", "lists")
def test_lists_are_never_null(running: House) -> None:
    facts, go = running.enter("stock"), Go(running)
    assert facts == {}
    assert go.call("GET", SETS, 200)["caSets"] == []
    ca_set = go.call("POST", SETS, 201, {"caSetName": "partners"})["caSetId"]
    body = {"certificates": certificates(*many(2))}
    assert go.call("POST", f"{METS}/certificates/validate", 200, body)["validation"]["warnings"] == []
    assert go.call("POST", f"{SETS}/{ca_set}/versions", 201, body)["validation"]["warnings"] == []
    assert go.call("PUT", f"{SETS}/{ca_set}/versions/1", 200, body)["validation"]["warnings"] == []
    started = go.call("POST", f"{SETS}/{ca_set}/versions/1/activate", 202, {"network": "STAGING"})
    assert started["validation"]["warnings"] == []
    other = go.call("POST", SETS, 201, {"caSetName": "others"})["caSetId"]
    go.call("DELETE", f"{SETS}/{other}", 202, result=False)
    deletion = go.call("GET", f"{SETS}/{other}/status/delete", 202)
    assert {item["network"] for item in deletion["deletions"]} == set(NETWORKS)


@line("2", "lists")
def test_host_names_of_associations_are_lists(running: House) -> None:
    facts = running.enter("bound and on host names")
    found = Go(running).call("GET", f"{SETS}/{facts['set']}/associations", 200)["associations"]
    assert [type(item["hostnames"]) for item in found["properties"]] == [list]


@line("2", "order")
def test_activations_are_newest_first(running: House) -> None:
    facts = running.enter("two versions")
    started = []
    for version, network in ((1, "STAGING"), (2, "STAGING"), (1, "PRODUCTION"), (2, "PRODUCTION")):
        started.append(move(running, facts["set"], version, network))
    started.append(move(running, facts["set"], 2, "STAGING", "deactivate"))
    go = Go(running)
    listed = go.call("GET", f"{SETS}/{facts['set']}/activations", 200)["activations"]
    assert [item["activationId"] for item in listed] == started[::-1]
    of_two = go.call("GET", f"{SETS}/{facts['set']}/versions/2/activations", 200)["activations"]
    assert [item["activationId"] for item in of_two] == [
        number for number in started[::-1] if number not in started[::2][:2]
    ]
    current = [i for i in listed if (i["activationType"], i["activationStatus"]) == ("ACTIVATE", "COMPLETE")]
    first = {network: next(i["version"] for i in current if i["network"] == network) for network in NETWORKS}
    assert first == {"STAGING": 2, "PRODUCTION": 2}


TEXTS = {
    "as made": lambda text: text,
    "no end of line": lambda text: text.rstrip(),
    "many ends of line": lambda text: text + "\n\n  \n",
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "one long line": lambda text: "\n".join(
        [text.split("\n")[0], "".join(text.strip().split("\n")[1:-1]), text.strip().split("\n")[-1]]
    ),
}


@line("2", "certificate text")
@pytest.mark.parametrize("how", TEXTS)
def test_certificate_text(running: House, how: str) -> None:
    facts, go = running.enter("one set"), Go(running)
    sent = TEXTS[how](pem())
    made = go.call("POST", f"{SETS}/{facts['set']}/versions", 201, {"certificates": certificates(sent)})
    read = go.call("GET", f"{SETS}/{facts['set']}/versions/1", 200)
    listed = go.call("GET", f"{SETS}/{facts['set']}/versions?includeCertificates=true", 200)["versions"][0]
    apart = go.call("GET", f"{SETS}/{facts['set']}/versions/1/certificates", 200)
    for document in (made, read, listed, apart):
        assert document["certificates"][0]["certificatePem"].rstrip() == sent.rstrip()


@line("2", "unset descriptions (set, version, certificate)")
@pytest.mark.parametrize("unset", [{}, {"description": None}], ids=["absent", "null"])
def test_unset_descriptions(running: House, unset: dict[str, None]) -> None:
    running.enter("stock")
    go = Go(running)
    ca_set = go.call("POST", SETS, 201, {"caSetName": "partners", **unset})
    body = {"certificates": [{"certificatePem": pem(), **unset}], **unset}
    version = go.call("POST", f"{ca_set['caSetLink']}/versions", 201, body)
    documents = [ca_set, version, go.call("GET", ca_set["caSetLink"], 200), go.call("GET", version["versionLink"], 200)]
    assert set(texts(documents, "description")) <= {None}


@line("2", "`createdDate`, `createdBy` of a version")
def test_an_update_keeps_the_creation(running: House) -> None:
    facts, go = running.enter("one version"), Go(running)
    path = f"{SETS}/{facts['set']}/versions/1"
    before = go.call("GET", path, 200)
    running.control.advance(60)
    after = go.call("PUT", path, 200, {"certificates": certificates(many(3)[2])})
    for shown in (after, go.call("GET", path, 200)):
        assert (shown["createdDate"], shown["createdBy"]) == (before["createdDate"], before["createdBy"])
    assert after["modifiedDate"] > before["createdDate"]


@line("2", "validate")
def test_validation_items(running: House) -> None:
    """One finding per certificate, at its place in the request; a doubled one is a warning, which stops a plan."""
    running.enter("stock")
    go = Go(running)
    first, second = many(2)
    body = {"certificates": certificates(first, second, first)}
    warnings = go.call("POST", f"{METS}/certificates/validate", 200, body)["validation"]["warnings"]
    assert [(item["pointer"], bool(item["title"])) for item in warnings] == [("/certificates/2", True)]
    broken = {"certificates": certificates(first, "no certificate", second, "none either")}
    problem = go.send("POST", f"{METS}/certificates/validate", broken).json()
    assert [item["pointer"] for item in problem["errors"]] == ["/certificates/1", "/certificates/3"]
    assert all(item["title"] for item in problem["errors"])


@line("2", "409 on deactivation")
def test_the_refusal_that_is_waited_for(running: House) -> None:
    facts: Facts = running.enter("on host names")
    slug = "ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments"
    path = f"{SETS}/{facts['set']}/versions/1/deactivate"
    Go(running).error("POST", path, 409, ERRORS + slug, {"network": "STAGING"})


@line("2", "409 on deactivation")
def test_its_twin_and_a_second_try(running: House) -> None:
    """A look-up that fails is planted; what comes after it is the emulator's own answer."""
    facts = running.enter("v1 active on staging")
    kind = ERRORS + "find-associations-failed-for-enrollments-with-empty-hostnames"
    body = {"type": kind, "title": "Associations cannot be found.", "status": 500}
    running.control.fault(api="mets", method="POST", path="/deactivate$", then={"status": 500, "body": body})
    path = f"{SETS}/{facts['set']}/versions/1/deactivate"
    Go(running).error("POST", path, 500, kind, {"network": "STAGING"})
    assert Go(running).call("POST", path, 202, {"network": "STAGING"})["activationStatus"] == "IN_PROGRESS"
