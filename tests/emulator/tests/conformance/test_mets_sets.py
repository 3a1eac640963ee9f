# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA sets: create, list, read, clone (mets-v2.md 1.3, 2.1, 3.1 to 3.3, 3.9)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .harness import MICROSECONDS, Facts, House, Row, run
from .mets_worlds import ERRORS, SET, SETS, refusal

EITHER = re.compile(re.escape(ERRORS) + "(invalid-field|json-schema-validation-error)")
UNUSED = dict.fromkeys(
    [
        *("latestVersion", "latestVersionLink", "stagingVersion", "stagingVersionLink"),
        *("productionVersion", "productionVersionLink", "deletedDate", "deletedBy", "removalDate"),
    ]
)


def named(name: str, **others: Any) -> dict[str, Any]:
    return {"caSetName": name, **others}


def bad_name(id: str, name: str) -> Row:
    context = {"parameterName": "caSetName", "invalidParameterValue": name}
    pointed = {"errors.0.pointer": "/caSetName", "errors.0.detail": str, "errors.0.contextInfo": dict}
    return refusal(
        f"create: name {id}", "stock", "POST", SETS, 400, "invalid-field", named(name), context=context, has=pointed
    )


CREATE = [
    Row(
        "create",
        "stock",
        "POST",
        SETS,
        named("partners", description="Partner CAs"),
        201,
        has=UNUSED
        | {
            "accountId": "A-CCT1234",
            "caSetId": re.compile(r"\d+"),
            "caSetLink": re.compile(r"/mtls-edge-truststore/v2/ca-sets/\d+"),
            "caSetName": "partners",
            "caSetStatus": "NOT_DELETED",
            "description": "Partner CAs",
            "versionsLink": re.compile(r"/mtls-edge-truststore/v2/ca-sets/\d+/versions/"),
            "createdDate": MICROSECONDS,
            "createdBy": str,
        },
        heads={"Location": re.compile(r"/mtls-edge-truststore/v2/ca-sets/\d+")},
    ),
    Row("create: no description", "stock", "POST", SETS, named("abc"), 201, has={"description": None}),
    Row(
        "create: null description",
        "stock",
        "POST",
        SETS,
        named("abc", description=None),
        201,
        has={"description": None},
        mark="I: 1.3 allows null",
    ),
    Row("create: longest texts", "stock", "POST", SETS, named("a" * 64, description="d" * 255), 201),
    Row("create: whole alphabet", "stock", "POST", SETS, named("a%B.9_-..z"), 201, has={"caSetName": "a%B.9_-..z"}),
    Row("create: other case", "one set", "POST", SETS, named("PARTNERS"), 201, mark="U: case sensitive"),
    Row("create: name of a deleted set", "deleted", "POST", SETS, named("partners"), 201),
    refusal(
        "create: name of a set being deleted",
        "deleting",
        "POST",
        SETS,
        409,
        "ca-set-name-is-not-unique",
        named("partners"),
        mark="U: blocks until DELETED",
    ),
    refusal(
        "create: name taken",
        "one set",
        "POST",
        SETS,
        409,
        "ca-set-name-is-not-unique",
        named("partners"),
        context={"accountId": "A-CCT1234", "caSetName": "partners"},
        has={f"errors.0.{name}": str for name in ("title", "type", "detail")} | {"errors.0.pointer": "/caSetName"},
    ),
    bad_name("too short", "ab"),
    bad_name("too long", "a" * 65),
    bad_name("empty", ""),
    bad_name("with a blank", "a b"),
    bad_name("with a slash", "a/bc"),
    bad_name("with three dots", "a...b"),
    bad_name("outside ASCII", "zertifikäte"),
    Row("create: description too long", "stock", "POST", SETS, named("abc", description="d" * 256), 400, EITHER),
]

SCHEMA = [
    refusal(
        f"create: {id}",
        "stock",
        "POST",
        SETS,
        400,
        "json-schema-validation-error",
        body,
        context={"message": str},
        has={"pointer": str} | has,
        hasnot=("detail",),
    )
    for id, body, has in (
        ("number as name", named(5), {"pointer": "/caSetName"}),  # type: ignore[arg-type]
        ("null as name", named(None), {"pointer": "/caSetName"}),  # type: ignore[arg-type]
        ("no name", {"description": "x"}, {}),
        ("description a list", named("abc", description=["x"]), {"pointer": "/description"}),
        ("unknown member", named("abc", colour="red"), {}),
        ("a list", [named("abc")], {}),
        ("a text", "abc", {}),
    )
]


def filtered(query: str, *wanted: str, mark: str = "") -> Row:
    """A list row: the sets, by the names of the state, in ascending order of their ids."""
    order = ("going", "gone", "none", "staging", "production", "both")
    names = [f"set-{name}" for name in order if name in wanted]
    return Row(
        f"list: {query or 'no filter'}",
        "sets of every kind",
        "GET",
        SETS + query,
        has={"caSets": lambda found: [item["caSetName"] for item in found] == names},
        mark=mark,
    )


ALIVE = ("none", "staging", "production", "both")
LIST = [
    Row("list: empty", "stock", "GET", SETS, has={"caSets": []}),
    filtered("", *ALIVE),
    filtered("?caSetNamePrefix=set-", *ALIVE),
    filtered("?caSetNamePrefix=set-s", "staging"),
    filtered("?caSetNamePrefix=SET-"),
    filtered("?caSetNamePrefix=et-s"),
    filtered("?activatedOn=STAGING", "staging", "both"),
    filtered("?activatedOn=PRODUCTION", "production", "both"),
    filtered("?activatedOn=STAGING%2BPRODUCTION", "both"),
    filtered("?activatedOn=PRODUCTION%2BSTAGING", "both"),
    filtered("?activatedOn=STAGING%2CPRODUCTION", "staging", "production", "both"),
    filtered("?activatedOn=PRODUCTION,STAGING", "staging", "production", "both"),
    filtered("?activatedOn=INACTIVE", "none", mark="I: active on neither network"),
    filtered("?caSetStatus=NOT_DELETED", *ALIVE),
    filtered("?caSetStatus=DELETING", "going"),
    filtered("?caSetStatus=DELETED", "gone"),
    filtered("?caSetStatus=DELETED%2CDELETING", "gone", "going"),
    filtered("?caSetStatus=NOT_DELETED,DELETING,DELETED", *ALIVE, "gone", "going"),
    filtered("?activatedOn=STAGING&caSetNamePrefix=set-b&caSetStatus=NOT_DELETED", "both"),
    filtered("?caSetNamePrefix=set-p&activatedOn=PRODUCTION", "production"),
    *(
        Row(
            f"list: illegal {query}",
            "stock",
            "GET",
            f"{SETS}?{query}",
            None,
            400,
            re.compile(re.escape(ERRORS) + "(invalid-field|path-variable-query-param-type-mismatch)"),
            {"contextInfo.parameterName": query.split("=")[0]},
            mark="I: invalid-field",
        )
        for query in (
            "activatedOn=NOWHERE",
            "activatedOn=staging",
            "caSetStatus=GONE",
            "caSetStatus=DELETED%2CGONE",
            "caSetNamePrefix=a...b",
            "caSetNamePrefix=" + "a" * 65,
        )
    ),
]

READ = [
    Row(
        "get",
        "two versions",
        "GET",
        SET,
        has=UNUSED
        | {
            "caSetId": "{set}",
            "caSetName": "partners",
            "description": "Partner CAs",
            "latestVersion": 2,
            "latestVersionLink": "/mtls-edge-truststore/v2/ca-sets/{set}/versions/2",
        },
    ),
    Row(
        "get: active on both",
        "v1 active on both",
        "GET",
        SET,
        has={
            "stagingVersion": 1,
            "stagingVersionLink": "/mtls-edge-truststore/v2/ca-sets/{set}/versions/1",
            "productionVersion": 1,
            "productionVersionLink": "/mtls-edge-truststore/v2/ca-sets/{set}/versions/1",
            "latestVersion": 2,
        },
    ),
    Row("get: activating", "v1 activating on staging", "GET", SET, has={"stagingVersion": None}),
    Row("get: replaced", "v2 replaced v1 on staging", "GET", SET, has={"stagingVersion": 2, "productionVersion": None}),
    Row("get: was active", "v1 was active on staging", "GET", SET, has={"stagingVersion": None}),
    Row(
        "get: being deleted",
        "deleting",
        "GET",
        SET,
        has={"caSetStatus": "DELETING", "deletedDate": None, "deletedBy": None},
        mark="U: deletedBy null while DELETING",
    ),
    Row(
        "get: deleted",
        "deleted",
        "GET",
        SET,
        has={
            "caSetStatus": "DELETED",
            "deletedDate": MICROSECONDS,
            "deletedBy": str,
            "removalDate": str,
            "latestVersion": 2,
        },
    ),
    refusal("get: no such set", "one set", "GET", f"{SETS}/9", 404, "ca-set-not-found", context={"caSetId": "9"}),
]


def is_first_version(house: House, facts: Facts, answer: Any) -> None:
    """The copy holds the source's certificates as version 1, whatever their age."""
    link = answer.json()["latestVersionLink"]
    copied = house.client().ask("GET", link)["certificates"]
    source = house.client().ask("GET", f"/mtls-edge-truststore/v2/ca-sets/{facts['set']}/versions/1")["certificates"]
    assert [c["certificatePem"] for c in copied] == [c["certificatePem"] for c in source]


CLONED = {
    "caSetName": "copy",
    "caSetId": lambda found: found.isdigit(),
    "latestVersion": 1,
    "latestVersionLink": re.compile(r"/mtls-edge-truststore/v2/ca-sets/\d+/versions/1"),
    "stagingVersion": None,
    "productionVersion": None,
    "caSetStatus": "NOT_DELETED",
}
CLONE = f"{SET}/clone"
CLONES = [
    Row(
        "clone",
        "v1 active on both",
        "POST",
        f"{CLONE}?cloneFromVersion=1",
        named("copy", description="a copy"),
        201,
        has=CLONED | {"description": "a copy"},
        heads={
            "Location": re.compile(r"/mtls-edge-truststore/v2/ca-sets/\d+"),
            "X-Limit-Ca-Sets-Limit": "200",
            "X-Limit-Ca-Sets-Remaining": "198",
            "X-Limit-Ca-Set-Versions-Limit": "100",
            "X-Limit-Ca-Set-Versions-Remaining": "99",
        },
        after=is_first_version,
    ),
    Row("clone: null description", "one version", "POST", CLONE, named("copy", description=None), 201, has=CLONED),
    Row("clone: expired ones too", "an expired certificate", "POST", CLONE, named("copy"), 201, after=is_first_version),
    refusal(
        "clone: no version",
        "one set",
        "POST",
        CLONE,
        400,
        "missing-caset-version",
        named("copy"),
        context={"caSetId": "{set}", "caSetName": "partners"},
    ),
    refusal("clone: bad name", "one version", "POST", CLONE, 400, "invalid-field", named("a b")),
    refusal("clone: name taken", "one version", "POST", CLONE, 409, "ca-set-name-is-not-unique", named("partners")),
    refusal(
        "clone: no such set",
        "one version",
        "POST",
        f"{SETS}/9/clone",
        404,
        "ca-set-not-found",
        named("copy"),
        context={"caSetId": "9"},
    ),
    refusal(
        "clone: no such version",
        "one version",
        "POST",
        f"{CLONE}?cloneFromVersion=7",
        404,
        "ca-set-version-not-found",
        named("copy"),
        context={"caSetId": "{set}", "caSetName": "partners", "version": 7},
    ),
    refusal(
        "clone: version is no number",
        "one version",
        "POST",
        f"{CLONE}?cloneFromVersion=x",
        400,
        "path-variable-query-param-type-mismatch",
        named("copy"),
        context={"parameterName": "cloneFromVersion"},
    ),
    refusal(
        "clone: set is being deleted",
        "deleting",
        "POST",
        CLONE,
        409,
        "delete-ca-set-request-in-progress",
        named("copy"),
        mark="I: by analogy",
    ),
    refusal(
        "clone: set is deleted",
        "deleted",
        "POST",
        CLONE,
        404,
        "ca-set-not-found",
        named("copy"),
        mark="U: writes to a DELETED set are 404",
    ),
    refusal("clone: no name", "one version", "POST", CLONE, 400, "json-schema-validation-error", {}),
]


@pytest.mark.parametrize("row", [*CREATE, *SCHEMA, *LIST, *READ, *CLONES], ids=str)
def test_sets(running: House, row: Row) -> None:
    run(running, row)


def test_empty_description_never_comes_back(house: House) -> None:
    """Whether METS takes `""` is unknown (1.3); clients need null or nothing back (clients.md 2)."""
    answer = house.client().send("POST", SETS, named("abc", description=""))
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert answer.json().get("description") is None


def test_clone_takes_the_latest_version(running: House) -> None:
    facts = running.enter("two versions")
    link = running.client().ask("POST", f"{SETS}/{facts['set']}/clone", named("copy"))["latestVersionLink"]
    assert link.endswith("/versions/1")
    latest = running.client().ask("GET", f"{SETS}/{facts['set']}/versions/2")["certificates"]
    copied = running.client().ask("GET", link)["certificates"]
    assert [c["fingerprint"] for c in copied] == [c["fingerprint"] for c in latest]


def test_ids_are_not_used_twice(running: House) -> None:
    facts = running.enter("deleted")
    created = running.client().ask("POST", SETS, named("partners"))
    assert created["caSetId"] != facts["set"]
    assert int(created["caSetId"]) > int(facts["set"])


def test_location_is_the_new_set(house: House) -> None:
    answer = house.client().send("POST", SETS, named("abc"))
    assert answer.headers["Location"] == answer.json()["caSetLink"]
    assert house.client().ask("GET", answer.headers["Location"])["caSetName"] == "abc"
