# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the switches of PAPI show (see `probes.py`)."""

from __future__ import annotations

from typing import Any

from .harness import Facts, House
from .papi_harness import (
    BASIC,
    CP_CODE,
    ENFORCE,
    FINISH,
    ORIGIN,
    activation,
    activations_of,
    draft,
    etag_of,
    host,
    later,
    link_id,
    live,
    ok,
    property_of,
    put_rules,
    rule,
    rules_of,
    send,
    start,
    tree,
    version_of,
)
from .probes import probe

RULES = "PUT {plain}/versions/1/rules?"
ACTIVATE = "POST {plain}/activations?"
SEARCH = "POST {P}/search/find-by-value"
HOSTS = "PUT {plain}/versions/1/hostnames?"
NEW = {"productId": "prd_Fresca", "propertyName": "fresh"}
CCM = host("ccm.example.com", certProvisioningType="CCM", ccmCertificates={"rsaCertId": "10001"})


def status(house: House, request: str, body: Any = None, **more: Any) -> int:
    return send(house, request, body, **more).status_code


def tails(items: Any) -> list[str]:
    """The last segments of the types of errors or warnings."""
    return [item["type"].rsplit("/", 1)[-1] for item in items or []]


@probe("unknown_features", "papi", {"keep": [], "error": ["unknown_feature"]})
def _unknown(house: House, facts: Facts) -> Any:
    strange = tree(rule("s", behaviors=[{"name": "someNewBehavior", "options": {}}]))
    return tails(ok(house, RULES, {"rules": strange}).json().get("errors"))


@probe("papi_normalise", "papi", {"on": ("all", True), "off": (None, False)})
def _normalise(house: House, facts: Facts) -> Any:
    rules = ok(house, RULES, {"rules": tree({"name": "bare"})}).json()["rules"]
    child = rules["children"][0]
    return child.get("criteriaMustSatisfy"), any(name.endswith("Title") for name in rules["behaviors"][0]["options"])


@probe("papi_aliases", "papi", {"canonical": "cpCode", "as_sent": "cpcode"})
def _aliases(house: House, facts: Facts) -> Any:
    put_rules("plain", tree(behaviors=[ORIGIN, {**CP_CODE, "name": "cpcode"}]))(house)
    return rules_of(house, "plain")["rules"]["behaviors"][1]["name"]


@probe("papi_misplaced_mtls", "papi", {"error": (1, 0), "warning": (0, 1)})
def _misplaced(house: House, facts: Facts) -> Any:
    shown = ok(house, RULES, {"rules": tree(behaviors=[ORIGIN, CP_CODE, ENFORCE])}).json()
    return len(shown.get("errors", [])), len(shown.get("warnings", []))


@probe("papi_unknown_ca_set", "papi", {"ignore": 0, "error": 1})
def _ca_set(house: House, facts: Facts) -> Any:
    unknown = {**ENFORCE, "options": {**ENFORCE["options"], "certificateAuthoritySet": ["999999"]}}
    return len(ok(house, RULES, {"rules": tree({**BASIC, "behaviors": [unknown]})}).json().get("errors", []))


@probe("papi_mtls_module", "papi", {"granted": True, "missing": False})
def _module(house: House, facts: Facts) -> Any:
    items = ok(house, "GET {plain}/versions/1/available-behaviors?").json()["behaviors"]["items"]
    return "enforceMtlsSettings" in {item["name"] for item in items}


@probe("papi_omitted_comments", "papi", {"keep": "first", "clear": ""})
def _comments(house: House, facts: Facts) -> Any:
    put_rules("plain", tree())(house)
    return version_of(house, "plain", 1)["note"]


@probe("papi_identical_write", "papi", {"new_etag": False, "same_etag": True})
def _identical(house: House, facts: Facts) -> Any:
    put_rules("plain", tree())(house)
    before = etag_of(house, "plain")
    put_rules("plain", tree())(house)
    return etag_of(house, "plain") == before


@probe("papi_bad_format_read", "papi", {"406": 406, "400": 400})
def _format(house: House, facts: Facts) -> Any:
    older = {"Accept": "application/vnd.akamai.papirules.v2024-02-12+json"}
    return status(house, "GET {plain}/versions/1/rules?", headers=older)


@probe("papi_context", "papi", {"optional": 200, "required": 400, "redirect": 302})
def _context(house: House, facts: Facts) -> Any:
    return status(house, "GET {plain}")


@probe("papi_unknown_property", "papi", {"404": 404, "403": 403, "empty": 200})
def _property(house: House, facts: Facts) -> Any:
    return status(house, "GET {P}/properties/prp_1?")


@probe("papi_latest", "papi", {"302": 302, "200": 200})
def _latest(house: House, facts: Facts) -> Any:
    return status(house, "GET {www}/versions/latest?")


def found(house: House, name: str) -> int:
    return len(ok(house, SEARCH, {"propertyName": name}).json()["versions"]["items"])


@probe("papi_search", "papi", {"exact": [1, 0, 0], "ignore_case": [1, 1, 0], "prefix": [1, 1, 1]})
def _search(house: House, facts: Facts) -> Any:
    return [found(house, name) for name in ("www", "WWW", "ww")]


@probe("papi_search_index", "papi", {"immediate": [1, 1], "slow": [0, 1]})
def _index(house: House, facts: Facts) -> Any:
    ok(house, "POST {P}/properties?", NEW)
    first = found(house, "fresh")
    later(120)(house)
    return [first, found(house, "fresh")]


@probe("papi_etag_mismatch", "papi", {"412": 412, "409": 409, "400": 400})
def _mismatch(house: House, facts: Facts) -> Any:
    return status(house, "POST {plain}/versions?", {"createFromVersion": 1, "createFromVersionEtag": "0" * 16})


CONFLICTS = ("etag-conflict", "http/precondition-failed")


@probe("papi_etag_conflict", "papi", {kind: kind for kind in CONFLICTS})
def _conflict(house: House, facts: Facts) -> Any:
    kind = send(house, RULES, {"rules": tree()}, headers={"If-Match": '"0"'}).json()["type"]
    return next(one for one in CONFLICTS if kind.endswith(f"/{one}"))


@probe("papi_new_version_note", "papi", {"copy": "first", "empty": ""})
def _note(house: House, facts: Facts) -> Any:
    draft("plain", 1)(house)
    return version_of(house, "plain", 2)["note"]


@probe("papi_pending_version", "papi", {"403": 403, "409": 409})
def _pending(house: House, facts: Facts) -> Any:
    start("plain")(house)
    return status(house, RULES, {"rules": tree()})


def cancelled(house: House) -> str:
    """A pending activation is cancelled; the status it has then."""
    number = link_id(ok(house, ACTIVATE, activation(1)).json(), "activationLink")
    shown: str = ok(house, f"DELETE {{plain}}/activations/{number}?").json()["activations"]["items"][0]["status"]
    return shown


@probe("papi_aborted_version", "papi", {"editable": 200, "frozen": 403})
def _aborted(house: House, facts: Facts) -> Any:
    cancelled(house)
    return status(house, RULES, {"rules": tree()})


@probe("papi_cancel", "papi", {"at_once": "ABORTED", "pending": "PENDING_CANCELLATION"})
def _cancel(house: House, facts: Facts) -> Any:
    return cancelled(house)


@probe("papi_remove_absent_hostname", "papi", {"ignore": 200, "refuse": 400})
def _absent(house: House, facts: Facts) -> Any:
    return status(house, "PATCH {plain}/versions/1/hostnames?", {"remove": ["absent.example.com"]})


@probe("papi_default_certs", "papi", {"available": 200, "unavailable": 403})
def _default_certs(house: House, facts: Facts) -> Any:
    return status(house, HOSTS, [host("plain.example.com", certProvisioningType="DEFAULT")])


@probe("papi_ccm_ca_set", "papi", {"check": 400, "ignore": 200})
def _ccm_set(house: House, facts: Facts) -> Any:
    return status(house, HOSTS, [{**CCM, "mtls": {"caSetId": "999999"}}])


@probe("papi_ccm_certificate", "papi", {"deployed": 201, "not_deployed": 400})
def _ccm(house: House, facts: Facts) -> Any:
    ok(house, HOSTS, [CCM])
    return status(house, ACTIVATE, activation(1))


@probe("papi_activation_warnings", "papi", {"tree": 201, "always": 400})
def _warnings(house: House, facts: Facts) -> Any:
    return status(house, ACTIVATE, activation(1, acknowledgeAllWarnings=False))


@probe("papi_activation_end", "papi", {"ACTIVE": ("ACTIVE", 1), "FAILED": ("FAILED", None)})
def _end(house: House, facts: Facts) -> Any:
    live("plain")(house)
    return activations_of(house, "plain")[0]["status"], property_of(house, "plain")["stagingVersion"]


@probe("papi_deactivation_end", "papi", {"ACTIVE": "ACTIVE", "DEACTIVATED": "DEACTIVATED"})
def _deactivation(house: House, facts: Facts) -> Any:
    live("plain")(house)
    live("plain", activationType="DEACTIVATE")(house)
    return activations_of(house, "plain")[0]["status"]


@probe("papi_deactivation_pending", "papi", {name: name for name in ("PENDING", "PENDING_DEACTIVATION")})
def _open(house: House, facts: Facts) -> Any:
    live("plain")(house)
    start("plain", activationType="DEACTIVATE")(house)
    later(FINISH / 200)(house)
    return activations_of(house, "plain")[0]["status"]


@probe("papi_already_active", "papi", {"422": 422, "403": 403})
def _already(house: House, facts: Facts) -> Any:
    live("plain")(house)
    return status(house, ACTIVATE, activation(1))


@probe("papi_both_networks", "papi", {"accept": 201, "refuse": 409})
def _both(house: House, facts: Facts) -> Any:
    start("plain")(house)
    return status(house, ACTIVATE, activation(1, "PRODUCTION"))


MISSING_RECORD = {
    "ignore": None,
    "required": "activation/missing-compliance-record",
    "exception": "missing_compliance_record",
}


@probe("papi_compliance_record", "papi", MISSING_RECORD)
def _compliance(house: House, facts: Facts) -> Any:
    assert status(house, ACTIVATE, activation(1)) == 201
    kind = send(house, ACTIVATE, activation(1, "PRODUCTION")).json().get("type")
    return next((tail for tail in MISSING_RECORD.values() if tail and kind and kind.endswith(f"/{tail}")), kind)
