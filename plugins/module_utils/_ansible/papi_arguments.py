# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that the modules for property versions share."""

from __future__ import annotations

import typing as t

from .arguments import CA_SET_REF, Spec

STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}

PROPERTY_VERSION: Spec = {
    "base_version": {"type": "str"},
    "include_unreleased_edits": {"type": "bool", "default": False},
    "version_notes": {"type": "str"},
}

MTLS_RULE: Spec = {
    **STATE,
    "rule_name": {"type": "str", "default": "Basic mTLS enforcement settings"},
    "hostnames": {"type": "list", "elements": "str"},
    "ca_set_names": {"type": "list", "elements": "str"},
    "ca_set_ids": {"type": "list", "elements": "str"},
    "enforcement": {"type": "str", "choices": ["deny", "log"]},
    "ocsp": {"type": "bool"},
    "client_certificate_attributes": {
        "type": "list",
        "elements": "str",
        "choices": ["SUBJECT", "COMMON_NAME", "SHA256_FINGERPRINT", "ISSUER"],
    },
    "log_field": {"type": "str"},
    "child_rules": {"type": "list", "elements": "dict"},
}

HOSTNAME: Spec = {
    **STATE,
    "hostnames": {"type": "list", "elements": "str", "required": True},
    "edge_hostname": {"type": "str"},
    "certificate_type": {"type": "str", "choices": ["CPS_MANAGED", "DEFAULT", "CCM"]},
    "ccm_certificates": {"type": "dict", "options": {"rsa_cert_id": {"type": "str"}, "ecdsa_cert_id": {"type": "str"}}},
    "mtls": {
        "type": "dict",
        "options": {
            **STATE,
            **CA_SET_REF,
            "ocsp": {"type": "bool"},
            "send_ca_list_to_client": {"type": "bool"},
        },
    },
}

WHOLE_TREE: Spec = {"src": {"type": "path"}, "rules": {"type": "dict"}}


def edit(options: Spec) -> dict[str, t.Any]:
    """The options of an edit, as one of `edits`."""
    return {"type": "dict", "options": dict(options)}
