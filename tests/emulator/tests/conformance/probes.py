# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each switch shows on the wire: a look from a starting state, and what is seen with each value.

Here those of the gateway and of METS; `probes_cps.py` and `probes_papi.py` have the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from .certificates import DAY, NOW, name, pem
from .harness import GATEWAY_TYPE, HTTP_LIMIT, METS, PAPI, Facts, House
from .mets_worlds import FINISH, SETS, certificates, move
from .papi_harness import tree

Look = Callable[[House, Facts], Any]


@dataclass(frozen=True)
class Probe:
    """The state before, the look (with the switch set already), and value -> what is seen."""

    given: str
    look: Look
    seen: Mapping[str, Any]


PROBES: dict[str, Probe] = {}


def probe(name: str, given: str, seen: Mapping[str, Any]) -> Callable[[Look], Look]:
    """Register the look of a switch."""

    def register(look: Look) -> Look:
        assert name not in PROBES, name
        PROBES[name] = Probe(given, look, seen)
        return look

    return register


def status(house: House, method: str, path: str, body: Any = None, **more: Any) -> int:
    return house.client(more.pop("section", "default")).send(method, path, body, **more).status_code


# --- the gateway -----------------------------------------------------------------------------------------------------


@probe("rate_limits", "stock", {"documented": True, "off": False})
def _limits(house: House, facts: Facts) -> Any:
    """Whether what is left grows less."""
    left = [house.client().send("GET", f"{PAPI}/groups").headers["X-RateLimit-Remaining"] for _ in range(5)]
    return len(set(left)) > 1


@probe("large_signed_post", "stock", {"accept": "/mtls-edge-truststore/", "refuse": GATEWAY_TYPE})
def _large(house: House, facts: Facts) -> Any:
    kind = house.client().send("POST", SETS, b"[" + b" " * 131072 + b"]").json()["type"]
    return next(stem for stem in ("/mtls-edge-truststore/", GATEWAY_TYPE) if kind.startswith(stem))


@probe("read_only_checks", "papi", {"refuse": [403, 403, 403], "allow": [200, 200, 200]})
def _checks(house: House, facts: Facts) -> Any:
    dry = f"{PAPI}/properties/prp_900001/versions/1/rules?dryRun=true"
    return [
        status(house, *call, section="read_only")
        for call in (
            ("POST", f"{METS}/certificates/validate", {"certificates": certificates(pem())}),
            ("POST", f"{PAPI}/search/find-by-value", {"propertyName": "www"}),
            ("PUT", dry, {"rules": tree()}),
        )
    ]


def unsigned(house: House, header: str | None) -> requests.Response:
    """A read with this Authorization header."""
    headers = {"Authorization": header} if header else {}
    url = f"https://{house.client().host}{SETS}"
    return requests.get(url, headers=headers, verify=str(house.ca_path), timeout=HTTP_LIMIT)


@probe("malformed_authorization", "stock", {"400": [400, 400], "401": [401, 401]})
def _malformed(house: House, facts: Facts) -> Any:
    return [unsigned(house, header).status_code for header in (None, "Basic Zm9v")]


@probe("replayed_nonce", "stock", {"refuse": [200, 400], "accept": [200, 200]})
def _replay(house: House, facts: Facts) -> Any:
    first = house.client().send("GET", SETS)
    return [first.status_code, unsigned(house, first.request.headers["Authorization"]).status_code]


@probe("grant_scope_names", "stock", {"url": "mtls-edge-truststore", "code": "mets"})
def _scopes(house: House, facts: Facts) -> Any:
    scope = house.client().ask("GET", "/-/client-api/active-grants/implicit")["scope"]
    return next(part for part in scope.split("/") if part in ("mtls-edge-truststore", "mets"))


# --- METS ------------------------------------------------------------------------------------------------------------


@probe("mets_activation_outcome", "one version", {"complete": ("COMPLETE", 1), "fail": ("FAILED", None)})
def _activation(house: House, facts: Facts) -> Any:
    number = move(house, facts["set"], 1, "STAGING")
    path = f"{SETS}/{facts['set']}"
    shown = house.client().ask("GET", f"{path}/versions/1/activations/{number}")
    return shown["activationStatus"], house.client().ask("GET", path)["stagingVersion"]


@probe("mets_association_scope", "set active on both", {"any": [409, 409], "network": [409, 202]})
def _scope(house: House, facts: Facts) -> Any:
    """A host name with a CCM certificate is on staging only."""
    hosts = [
        {
            "cnameFrom": "www.example.com",
            "cnameTo": "www.example.com.edgekey.net",
            "cnameType": "EDGE_HOSTNAME",
            "certProvisioningType": "CCM",
            "ccmCertificates": {"rsaCertId": "1"},
            "mtls": {"caSetId": facts["set"]},
        }
    ]
    one = f"{PAPI}/properties/prp_200001"
    house.client().ask("POST", f"{one}/versions", {"createFromVersion": 2})
    house.client().ask("PUT", f"{one}/versions/3/hostnames", hosts)
    body = {"propertyVersion": 3, "network": "STAGING", "notifyEmails": ["ops@example.com"]}
    house.client().ask("POST", f"{one}/activations", body | {"acknowledgeAllWarnings": True})
    house.control.advance(FINISH)
    path = f"{SETS}/{facts['set']}/versions/1/deactivate"
    return [status(house, "POST", path, {"network": network}) for network in ("STAGING", "PRODUCTION")]


@probe("mets_default_ca_set_status", "deleted", {"NOT_DELETED": [], "ALL": ["DELETED"]})
def _listed(house: House, facts: Facts) -> Any:
    return [item["caSetStatus"] for item in house.client().ask("GET", SETS)["caSets"]]


@probe("mets_delete_active_status", "v1 active on staging", {"409": 409, "400": 400})
def _deletion(house: House, facts: Facts) -> Any:
    return status(house, "DELETE", f"{SETS}/{facts['set']}")


@probe(
    "mets_deletion_outcome",
    "one set",
    {
        "complete": (200, {"STAGING": "COMPLETE", "PRODUCTION": "COMPLETE"}),
        "fail_staging": (207, {"STAGING": "FAILED", "PRODUCTION": "COMPLETE"}),
        "fail_production": (207, {"STAGING": "COMPLETE", "PRODUCTION": "FAILED"}),
        "fail": (207, {"STAGING": "FAILED", "PRODUCTION": "FAILED"}),
    },
)
def _outcome(house: House, facts: Facts) -> Any:
    path = f"{SETS}/{facts['set']}"
    house.client().ask("DELETE", path)
    house.control.advance(FINISH)
    answer = house.client().send("GET", f"{path}/status/delete")
    return answer.status_code, {item["network"]: item["status"] for item in answer.json()["deletions"]}


@probe("mets_empty_description", "stock", {"refuse": 400, "accept": 201})
def _description(house: House, facts: Facts) -> Any:
    return status(house, "POST", SETS, {"caSetName": "partners", "description": ""})


HOSTS_ERRORS = ("ca-set-in-use-by-ccm-hostnames-and-not-cps-enrollments", "ca-set-in-use-by-hostnames")


@probe("mets_hostname_association_type", "on host names", {slug: slug for slug in HOSTS_ERRORS})
def _association(house: House, facts: Facts) -> Any:
    path = f"{SETS}/{facts['set']}/versions/1/deactivate"
    return house.client().send("POST", path, {"network": "STAGING"}).json()["type"].rsplit("/", 1)[-1]


@probe("mets_modified_by_activation", "one version", {"no": False, "yes": True})
def _modified(house: House, facts: Facts) -> Any:
    move(house, facts["set"], 1, "STAGING")
    return house.client().ask("GET", f"{SETS}/{facts['set']}/versions/1")["modifiedDate"] is not None


def ed25519_pem() -> str:
    """A root whose key is neither RSA nor EC."""
    key = ed25519.Ed25519PrivateKey.generate()
    made = (
        x509.CertificateBuilder()
        .subject_name(name("Odd root"))
        .issuer_name(name("Odd root"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return made.sign(key, None).public_bytes(Encoding.PEM).decode()


@probe("mets_other_keys", "one set", {"refuse": 400, "accept": 201})
def _keys(house: House, facts: Facts) -> Any:
    path = f"{SETS}/{facts['set']}/versions"
    return status(house, "POST", path, {"certificates": certificates(ed25519_pem())})
