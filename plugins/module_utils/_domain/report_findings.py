# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a report somebody should know: one sentence for each thing that is broken, about to break, or not as it looks."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .references import given
from .report import NETWORKS, Document, Looks, Picture, Scope, is_enrollment, is_property, named_sets, picture

# `critical` is kept for what cuts clients off on PRODUCTION, or will within so many days.
CRITICAL_DAYS: t.Final = 7
CRITICAL, WARNING, INFO = SEVERITIES = ("critical", "warning", "info")

Thing = tuple[str, t.Any, t.Any]


@dataclass(frozen=True)
class View:
    """What findings are made of. `failures` has, by module, the `failure` of a look."""

    scope: Scope
    looks: Looks
    picture: Picture
    failures: Mapping[str, Document]
    warnings: Sequence[Document]

    @property
    def ca_sets(self) -> list[Document]:
        return self.picture.ca_sets or []

    @property
    def enrollments(self) -> list[Document]:
        return self.picture.enrollments or []

    @property
    def versions(self) -> Iterator[tuple[Document, Document]]:
        """Each property with each version of it that is active on a network of the scope, or on none."""
        for prop in self.picture.properties or []:
            for version in prop["versions"]:
                if not version["active_on"] or self.live(version["active_on"]):
                    yield prop, version

    def live(self, networks: Iterable[str]) -> list[str]:
        return [network for network in self.scope.networks if network in networks]

    def active(self, thing: Document) -> list[str]:
        """Where a set or property is active."""
        return self.live(n for n in self.scope.networks if thing[f"{n.lower()}_version"] is not None)


def report(results: Mapping[str, t.Any], scope: Scope) -> Document:
    """The whole report; `results` are registered results of info modules by name (see `Looks.of`)."""
    looks = Looks.of(results)
    shown = picture(looks, scope)
    warnings = [w for result in _flat(results) for w in result.get("api_warnings") or []]
    failures = {
        module: result["failure"]
        for module, registered in results.items()
        for result in _flat({module: registered})
        if result.get("failure")
    }
    found = findings(View(scope, looks, shown, failures, warnings))
    return {
        "as_of": scope.as_of.isoformat(),
        "scope": "account" if scope.whole else "configuration",
        "networks": list(scope.networks),
        "expires_within_days": scope.soon,
        "summary": _summary(shown, found),
        "findings": found,
        **shown._asdict(),
    }


def findings(view: View) -> list[Document]:
    """The worst first; of one severity in the order of `KINDS`."""
    found = [finding for kind, find in KINDS.items() for finding in ({"kind": kind, **f} for f in find(view))]
    return sorted(found, key=lambda f: SEVERITIES.index(f["severity"]))


def _flat(results: Mapping[str, t.Any]) -> Iterator[Document]:
    for registered in results.values():
        yield from registered.get("results") or [registered] if registered else []


def _summary(shown: Picture, found: Sequence[Document]) -> Document:
    severities = [finding["severity"] for finding in found]
    held = [(c, s) for s in shown.ca_sets or [] for c in s["certificates"] or []]
    first = min(held, key=lambda pair: (pair[0]["end_date"], pair[0]["fingerprint"]), default=None)
    return {
        **{severity: severities.count(severity) for severity in SEVERITIES},
        **{name: None if things is None else len(things) for name, things in shown._asdict().items()},
        "next_to_expire": first
        and {
            "ca_set_name": first[1]["ca_set_name"],
            **{name: first[0][name] for name in ("subject", "fingerprint", "end_date", "days_left", "networks")},
        },
    }


def _finding(severity: str, thing: Thing, text: str, cure: str, depends_on: Iterable[str] = ()) -> Document:
    kind, name, number = thing
    return {
        "severity": severity,
        "thing": {"kind": kind, "name": name, "id": number},
        "text": text,
        "cure": cure,
        "depends_on": list(depends_on),
    }


# Words


def _set(ca_set: Document) -> Thing:
    return "ca_set", ca_set["ca_set_name"], ca_set["ca_set_id"]


def _enrollment(enrollment: Document) -> Thing:
    return "enrollment", enrollment["common_name"], enrollment["enrollment_id"]


def _property(prop: Document) -> Thing:
    return "property", prop["property_name"], prop["property_id"]


def _named(enrollment: Document) -> str:
    return f"enrollment {enrollment['enrollment_id']} ({enrollment['common_name']})"


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _on(networks: Sequence[str]) -> str:
    return " and ".join(networks)


def _listed(names: Iterable[str], most: int = 3) -> str:
    names = list(names)
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def _plain(text: t.Any) -> str:
    """Without the id of the one request that it came up in, which is another one in the next run."""
    return re.sub(r" ?\(request id [^)]*\)", "", str(text))


def _severity(bad: str, networks: Iterable[str]) -> str:
    """`bad` where clients on PRODUCTION are concerned."""
    return bad if "PRODUCTION" in networks else WARNING


# Certificates


def _expired(view: View) -> Iterator[Document]:
    for ca_set, certificate in _held(view):
        if certificate["days_left"] < 0:
            ago = _days(-certificate["days_left"])
            severity = _severity(CRITICAL, certificate["networks"]) if _used(ca_set) else WARNING
            said = (
                f"expired {ago} ago, on {certificate['end_date'][:10]}: clients that chain up to it may be turned away"
            )
            yield _expiry(view, severity, ca_set, certificate, said)


def _expiring(view: View) -> Iterator[Document]:
    for ca_set, certificate in _held(view):
        left = certificate["days_left"]
        if 0 <= left <= view.scope.soon:
            soon = left <= CRITICAL_DAYS and _used(ca_set)
            severity = _severity(CRITICAL, certificate["networks"]) if soon else WARNING
            when = f"in {_days(left)}, on" if left else "today,"
            yield _expiry(view, severity, ca_set, certificate, f"expires {when} {certificate['end_date'][:10]}")


def _held(view: View) -> Iterator[tuple[Document, Document]]:
    held = [(s, c) for s in view.ca_sets for c in s["certificates"] or []]
    return iter(sorted(held, key=lambda pair: pair[1]["end_date"]))


def _expiry(view: View, severity: str, ca_set: Document, certificate: Document, said: str) -> Document:
    return _finding(
        severity,
        _set(ca_set),
        f'CA certificate {certificate["subject"]} of CA set "{ca_set["ca_set_name"]}", active on '
        f"{_on(certificate['networks'])}, {said}.",
        "Put its successor into a new version of the set, activate that, and take this one out: "
        "a version with an expired certificate cannot be activated.",
        _dependants(view, ca_set),
    )


def _used(ca_set: Document) -> bool:
    """Whether anybody may be using the set: what could not be read counts as use."""
    users = ca_set["used_by"]
    return not (users["enrollments"] == [] == users["hostnames"])


def _dependants(view: View, ca_set: Document) -> list[str]:
    users = ca_set["used_by"]
    hostnames = {(h["hostname"], h["property_name"]): None for h in users["hostnames"] or []}
    return [
        *(_named(enrollment) for enrollment in users["enrollments"] or []),
        *(f"host name {name} (property {prop})" for name, prop in hostnames),
        *(
            f'rule "{r["rule_name"]}" of property {r["property_name"]}, version {r["property_version"]}'
            + (f" ({', '.join(r['hostnames'])})" if r["hostnames"] else "")
            for r in users["rules"] or []
            if view.live(r["active_on"])
        ),
    ]


# Who is cut off


def _denied(view: View) -> Iterator[Document]:
    for prop, version in view.versions:
        live = view.live(version["active_on"])
        for rule in version["mtls_rules"]:
            reasons: dict[str, list[str]] = {}
            for denied in rule["would_deny"] or []:
                reasons.setdefault(denied["reason"], []).append(denied["hostname"])
            for reason, names in reasons.items():
                verb = f"active on {_on(live)}, denies" if live else "not active, would deny"
                yield _finding(
                    _severity(CRITICAL, live),
                    _property(prop),
                    f'Rule "{rule["rule_name"]}" of property {prop["property_name"]}, version '
                    f"{version['property_version']}, {verb} all requests for {_listed(names)}: {reason}.",
                    "Bind the certificate to a CA set that the rule names, or change the rule."
                    if live
                    else "See to it before that version is activated.",
                    (f"host name {name}" for name in names),
                )


def _not_active(view: View) -> Iterator[Document]:
    if view.picture.ca_sets is None:
        return
    by_id = {s["ca_set_id"]: s for s in view.ca_sets}
    for enrollment in view.enrollments:
        number = enrollment["ca_set_id"]
        ca_set = by_id.get(number)
        missing = [n for n in view.scope.networks if ca_set is None or n not in view.active(ca_set)]
        if number is None or not missing:
            continue
        name = enrollment["ca_set_name"]
        where = f"is not active on {_on(missing)}" if ca_set else "does not exist, or cannot be seen"
        yield _finding(
            _severity(CRITICAL, missing if ca_set else ()),
            _enrollment(enrollment),
            f"{_first(_named(enrollment))} is bound to CA set {_quoted(name, number)}, which {where}: "
            "clients cannot be checked there.",
            "Activate a version of the set there, or bind the enrollment to another set.",
            (f"host name {hostname}" for hostname in enrollment["hostnames"]),
        )


def _first(words: str) -> str:
    return words[0].upper() + words[1:]


def _quoted(name: t.Any, number: t.Any) -> str:
    return f'"{name}"' if name else str(number)


# What is not as it looks


def _sets_differ(view: View) -> Iterator[Document]:
    if len(view.scope.networks) < 2:
        return
    for ca_set in view.ca_sets:
        active = view.active(ca_set)
        if not active or ca_set["staging_version"] == ca_set["production_version"]:
            continue
        only = {
            network: [c["subject"] for c in ca_set["certificates"] or [] if c["networks"] == [network]]
            for network in active
        }
        said = [f"only {network} trusts {_listed(names)}" for network, names in only.items() if names]
        yield _finding(
            WARNING,
            _set(ca_set),
            _two_versions(f'CA set "{ca_set["ca_set_name"]}"', ca_set) + "".join(f"; {text}" for text in said) + ".",
            "Activate the same version on both, unless one is being tried.",
            _dependants(view, ca_set),
        )


def _properties_differ(view: View) -> Iterator[Document]:
    if len(view.scope.networks) < 2:
        return
    for prop in view.picture.properties or []:
        if not view.active(prop) or prop["staging_version"] == prop["production_version"]:
            continue
        rules = [_wishes(prop, prop[f"{network.lower()}_version"]) for network in view.scope.networks]
        same = rules[0] == rules[1]
        yield _finding(
            INFO if same else WARNING,
            _property(prop),
            _two_versions(f"Property {prop['property_name']}", prop)
            + ("; their mTLS rules are the same." if same else "; their mTLS rules differ."),
            "Activate the same version on both, unless one is being tried.",
        )


def _two_versions(what: str, thing: Document) -> str:
    staging, production = thing["staging_version"], thing["production_version"]
    if staging is None or production is None:
        network, version = ("PRODUCTION", production) if staging is None else ("STAGING", staging)
        return f"{what} is active on {network} only, in version {version}"
    return f"{what} has version {staging} on STAGING and version {production} on PRODUCTION"


def _wishes(prop: Document, number: int | None) -> list[Document]:
    """The rules of a version, without what follows from other things."""
    rules = [r for v in prop["versions"] if v["property_version"] == number for r in v["mtls_rules"]]
    return [{name: value for name, value in rule.items() if name != "would_deny"} for rule in rules]


def _differ(view: View) -> Iterator[Document]:
    yield from _sets_differ(view)
    yield from _properties_differ(view)


def _pending(view: View) -> Iterator[Document]:
    for enrollment in view.enrollments:
        for change in enrollment["pending_changes"]:
            yield _finding(
                WARNING,
                _enrollment(enrollment),
                f"{_first(_named(enrollment))} has a pending change, {change['change_type'] or change['change_id']}: "
                "what is shown of it may not be deployed yet.",
                "Look in CPS whether it runs by itself or waits for somebody.",
                (f"host name {hostname}" for hostname in enrollment["hostnames"]),
            )
    for ca_set in view.ca_sets:
        if ca_set["ca_set_status"] == "DELETING":
            text = f'CA set "{ca_set["ca_set_name"]}" is being deleted.'
            yield _finding(WARNING, _set(ca_set), text, "Wait for that; a new set may then have its name.")


def _missing(view: View) -> Iterator[Document]:
    """What the structure names and nobody could find; of what could not be read nothing is known."""
    looks, scope = view.looks, view.scope
    names, ids = named_sets(scope)
    if looks.ca_sets is not None:
        for known, wanted in (("ca_set_name", names), ("ca_set_id", ids)):
            for word in sorted(wanted - {s[known] for s in looks.ca_sets}):
                name, number = (word, None) if known == "ca_set_name" else (None, word)
                yield _lost(("ca_set", name, number), f"CA set {_quoted(name, number)}")
    if looks.enrollments is not None:
        for entry in scope.named("enrollments"):
            if not any(is_enrollment(e, entry) for e in looks.enrollments):
                thing = ("enrollment", given(entry.get("common_name")), given(entry.get("enrollment_id")))
                yield _lost(thing, f"enrollment {thing[1] or thing[2]}")
    if looks.rules is not None and looks.properties is not None and "papi_property_info" not in view.failures:
        told = set()
        for entry in scope.named("properties"):
            thing = ("property", given(entry.get("property_name")), given(entry.get("property_id")))
            if thing not in told and not any(is_property(p, entry) for p in view.picture.properties or []):
                told.add(thing)
                yield _lost(thing, f"property {thing[1] or thing[2]}")


def _lost(thing: Thing, words: str) -> Document:
    return _finding(
        WARNING,
        thing,
        f"The configuration names {words}, which does not exist or cannot be seen.",
        "Check the name and the account; `onboard` makes CA sets, enrollments and properties are made elsewhere.",
    )


#: By the first part of a module's name: the service, and what is not known without it.
SERVICES: t.Final = {
    "mets": ("mTLS Edge Truststore", "which certificates are trusted, and until when"),
    "cps": ("Certificate Provisioning System", "what is bound to which CA set, and whom rules deny"),
    "papi": ("Property Manager", "which rules enforce client certificates"),
}


def _unread(view: View) -> Iterator[Document]:
    told: set[str] = set()
    for module, failure in view.failures.items():
        service, unknown = SERVICES[module.partition("_")[0]]
        if service not in told:
            told.add(service)
            why = failure.get("detail") or failure.get("title") or f"status {failure.get('status')}"
            text = f"{service} could not be read, so it is not known {unknown}: {_plain(why).rstrip('.')}."
            yield _finding(WARNING, ("service", service, None), text, failure.get("cure") or "Try again later.")
    # The same lack may have come up on the way of other looks.
    known = {failure.get("cure") for failure in view.failures.values()} - {None}
    for warning in view.warnings:
        cure = warning.get("cure")
        text = _plain(warning["detail"]).removesuffix(str(cure)).rstrip(" .") + "."
        if cure not in known and text not in told:
            told.add(text)
            yield _finding(WARNING, ("service", None, None), text, cure or "See to it, and write the report anew.")


def _unused(view: View) -> Iterator[Document]:
    for ca_set in view.ca_sets:
        users = ca_set["used_by"]
        if view.active(ca_set) and all(users[name] == [] for name in ("enrollments", "hostnames", "rules")):
            text = f'CA set "{ca_set["ca_set_name"]}" is active on {_on(view.active(ca_set))}, and nobody uses it.'
            yield _finding(INFO, _set(ca_set), text, "Bind it, or deactivate it.")


def _unreleased(view: View) -> Iterator[Document]:
    for ca_set in view.ca_sets:
        yield from _newer(ca_set, _set(ca_set), f'CA set "{ca_set["ca_set_name"]}"')
    for prop in view.picture.properties or []:
        yield from _newer(prop, _property(prop), f"property {prop['property_name']}")


def _newer(thing: Document, about: Thing, words: str) -> Iterator[Document]:
    latest = thing["latest_version"]
    # Whatever the report is about: what is active on the other network has been released.
    live = {n: thing[f"{n.lower()}_version"] for n in NETWORKS if thing[f"{n.lower()}_version"] is not None}
    if latest is not None and latest > max(live.values(), default=0):
        state = f"newer than what is active on {_on(list(live))}" if live else "active nowhere"
        yield _finding(INFO, about, f"Version {latest} of {words} is {state}.", "Activate it, or leave it as a draft.")


#: Every kind of finding, in the order of a report.
KINDS: t.Final[Mapping[str, Callable[[View], Iterator[Document]]]] = {
    "hostname_denied": _denied,
    "certificate_expired": _expired,
    "set_not_active": _not_active,
    "certificate_expiring": _expiring,
    "not_read": _unread,
    "not_found": _missing,
    "change_pending": _pending,
    "networks_differ": _differ,
    "set_unused": _unused,
    "unreleased": _unreleased,
}
