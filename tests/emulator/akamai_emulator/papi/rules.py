# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule tree of a property version: GET, HEAD, PUT, PATCH (papi-v1.md 6)."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import jsonpointer

from ..core import Call, Document, Reply
from . import formats, locks, tree, validate
from .body import (
    MAX_DEPTH,
    PAPIRULES,
    accepted,
    check_etag,
    choice,
    depth_within,
    flag,
    media_type,
    parse,
    parse_object,
)
from .ids import Names, prefixed
from .lookups import settings_of
from .model import check_editable, envelope, property_of, touched, version_in
from .problems import refuse

PATCH_OPERATIONS = {"add": "value", "remove": None, "replace": "value", "move": "from", "copy": "from", "test": "value"}
COPIED_NODES = 200_000


def get_rules(call: Call) -> Reply:
    prop = property_of(call)
    version = version_in(call, prop)
    rules = _as_read(call, version)
    wanted = next((match["format"] for item in accepted(call) if (match := PAPIRULES.match(item))), None)
    rule_format = version["ruleFormat"]
    if wanted is not None and wanted != rule_format:
        rules, rule_format = _converted(call, rules, rule_format, wanted), wanted
    return _answer(call, prop, version, rules, rule_format)


def head_rules(call: Call) -> Reply:
    prop = property_of(call)
    version = version_in(call, prop)
    flag(call, "validateRules", True)
    return Reply(204, None, {"ETag": f'"{version["etag"]}"'})


def put_rules(call: Call) -> Reply:
    prop = property_of(call)
    version = version_in(call, prop)
    body = parse_object(call)
    match = PAPIRULES.match(media_type(call.headers.get("content-type", "")))
    rule_format = match["format"] if match else version["ruleFormat"]
    check_editable(call, prop, version)
    if rule_format != version["ruleFormat"] and not formats.known(rule_format):
        raise refuse(call, "invalid-rule-format")
    check_etag(call, version["etag"], body.get("etag"))
    if "rules" not in body:
        raise refuse(call, "missing-request-body-field", "The field rules is required.")
    return _store(call, prop, version, body["rules"], rule_format, body.get("comments"))


def patch_rules(call: Call) -> Reply:
    prop = property_of(call)
    version = version_in(call, prop)
    operations = parse(call)
    check_editable(call, prop, version)
    check_etag(call, version["etag"])
    names = Names(call)
    before = {**_head(call, prop, version, names, version["ruleFormat"]), "rules": _as_read(call, version)}
    after = _patched(call, copy.deepcopy(before), operations)
    if not isinstance(after, dict) or "rules" not in after:
        raise refuse(call, "invalid-patch", "The patch leaves no rule tree.")
    if not depth_within(after, MAX_DEPTH):
        raise refuse(call, "invalid-patch", "The patch leaves a tree that nests too deep.")
    return _store(call, prop, version, after["rules"], version["ruleFormat"], after.get("comments"))


def _patched(call: Call, document: Any, operations: Any) -> Any:
    """RFC 6902, one operation after the other, with a bound on what `copy` may add."""
    if not isinstance(operations, list):
        raise refuse(call, "json-mapping-error", "A JSON Patch is a list of operations.")
    copied = 0
    for number, operation in enumerate(operations):
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise refuse(call, "invalid-patch", f"Operation {number} is no object with a path.")
        name = operation.get("op")
        needs = PATCH_OPERATIONS.get(name, "") if isinstance(name, str) else ""
        if needs == "" or (needs is not None and needs not in operation):
            raise refuse(call, "invalid-patch", f"Operation {number} has no known op, or lacks a member.")
        try:
            if name == "copy":
                copied += _nodes(jsonpointer.resolve_pointer(document, operation["from"]))
            if copied > COPIED_NODES:
                raise refuse(call, "invalid-patch", "The patch copies too much.")
            document = jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
        except jsonpatch.JsonPatchTestFailed as error:
            raise refuse(
                call, "invalid-patch", f"The patch is invalid: the value at {operation['path']} differs."
            ) from error
        except (
            jsonpatch.JsonPatchException,
            jsonpointer.JsonPointerException,
            AttributeError,
            KeyError,
            IndexError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            raise refuse(call, "invalid-patch", f"Operation {number} cannot be applied: {error}"[:300]) from error
    return document


def _nodes(value: Any) -> int:
    total, stack = 0, [value]
    while stack:
        item = stack.pop()
        total += 1
        stack.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
    return total


# --- reading ---------------------------------------------------------------------------------------------------------


def _dynamic(call: Call, name: str) -> bool:
    """`upgradeRules` and `originalInput`: on where dynamic rule updates are enabled for the API client (6.7)."""
    return flag(call, name, bool(settings_of(call)["upgradeRules"]))


def _as_read(call: Call, version: Document) -> tree.Rule:
    rules: tree.Rule = version["rules"]
    original: tree.Rule | None = version.get("originalRules")
    return original if original is not None and _dynamic(call, "originalInput") else rules


def _converted(call: Call, rules: tree.Rule, stored: str, wanted: str) -> tree.Rule:
    """The tree in another format, forward only."""
    if not formats.known(wanted) or formats.rank(wanted) < formats.rank(stored):
        kind = "invalid-rule-format" if call.emulator.switch("papi_bad_format_read") == "400" else "not-acceptable"
        raise refuse(call, kind)
    upgraded = tree.upgrade(rules, wanted)
    return _tidy(call, upgraded, wanted).tree(upgraded)


def _head(call: Call, prop: Document, version: Document, names: Names, rule_format: str) -> Document:
    head = envelope(call, prop, names)
    del head["assetId"]
    return {
        **head,
        "propertyVersion": version["propertyVersion"],
        "etag": version["etag"],
        "ruleFormat": rule_format,
        "comments": version["note"],
    }


def rules_path(prop: Document, version: Document) -> str:
    return f"/papi/v0/properties/{prefixed('prp', prop['propertyId'])}/versions/{version['propertyVersion']}/rules"


def _answer(call: Call, prop: Document, version: Document, rules: tree.Rule, rule_format: str) -> Reply:
    """200 with the whole tree; errors and warnings are there when there are any."""
    document = {**_head(call, prop, version, Names(call), rule_format), "rules": rules}
    full = choice(call, "validateMode", ("full", "fast")) != "fast"
    if flag(call, "validateRules", True):
        # The converted tree is what counts, whatever `originalInput` shows.
        judged = version["rules"] if rules is version.get("originalRules") else rules
        about = validate.context(call.emulator, call.account, rule_format, rules_path(prop, version), full=full)
        errors, warnings = validate.validate(judged, about)
        document |= {name: found for name, found in (("errors", errors), ("warnings", warnings)) if found}
    headers = {"ETag": f'"{version["etag"]}"', **validate.limit_headers(rules)}
    return Reply(200, document, headers, f"application/vnd.akamai.papirules.{rule_format}+json")


# --- writing ---------------------------------------------------------------------------------------------------------


def _tidy(call: Call, stored: tree.Rule, rule_format: str) -> tree.Tidy:
    return tree.Tidy(
        rule_format,
        normalise=call.emulator.switch("papi_normalise") == "on",
        canonical_names=call.emulator.switch("papi_aliases") == "canonical",
        words=tree.vocabulary(stored),
        cp_codes=tree.cp_code_references(call.account),
    )


def _store(call: Call, prop: Document, version: Document, sent: Any, rule_format: str, comments: Any) -> Reply:
    """Check, tidy and save a tree. Errors of validation do not keep it from being saved."""
    dry_run = flag(call, "dryRun", False)
    if dry_run and not flag(call, "validateRules", True):
        raise refuse(call, "bad-request", "dryRun=true needs validateRules=true.")
    choice(call, "validateMode", ("full", "fast"))
    dynamic = _dynamic(call, "upgradeRules")
    _dynamic(call, "originalInput")
    if comments is not None and not isinstance(comments, str):
        raise refuse(call, "json-mapping-error", "The field comments must be a string.")
    tree.check_shape(call, sent)
    locks.check(call, version["rules"], sent)
    tidy = _tidy(call, version["rules"], rule_format)
    if rule_format != version["ruleFormat"]:
        tidy.words = set()
    converted = tree.upgrade(sent, rule_format) if dynamic and rule_format == formats.LATEST else sent
    saved: Document = {"rules": tidy.tree(converted), "ruleFormat": rule_format}
    if converted is not sent:
        tidy.drop = False
        saved["originalRules"] = tidy.tree(sent)
    if comments is not None or call.emulator.switch("papi_omitted_comments") == "clear":
        saved["note"] = comments or ""
    changed = any(version.get(name) != saved.get(name, version.get(name)) for name in ("rules", "ruleFormat", "note"))
    result = {name: value for name, value in version.items() if name != "originalRules"} | saved
    if not dry_run:
        touched(call, result, changed=changed)
        version.clear()
        version.update(result)
    return _answer(call, prop, result, _as_read(call, result), rule_format)
