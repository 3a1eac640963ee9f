# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The points that papi-v1.md and clients.md leave open, as named switches; the default is the pages' choice."""

from __future__ import annotations

from ..core import Switch

SWITCHES: tuple[Switch, ...] = (
    Switch(
        "unknown_features", ("keep", "error"), "Behaviors and criteria outside the table: kept, or a validation error."
    ),
    Switch(
        "papi_normalise", ("on", "off"), "Empty containers, `*Title`, defaults and expanded CP codes added at a write."
    ),
    Switch("papi_aliases", ("canonical", "as_sent"), "What a GET shows for `hoit` and `cpcode`."),
    Switch("papi_misplaced_mtls", ("error", "warning"), "Severity of misplaced mTLS behaviors and criteria (8.5)."),
    Switch("papi_unknown_ca_set", ("ignore", "error"), "Whether CA set ids in `enforceMtlsSettings` are looked up."),
    Switch("papi_mtls_module", ("granted", "missing"), "Whether the contract includes the mTLS features."),
    Switch("papi_omitted_comments", ("keep", "clear"), "The version note after a PUT of rules without `comments`."),
    Switch("papi_identical_write", ("new_etag", "same_etag"), "The etag after a write that changes nothing."),
    Switch(
        "papi_bad_format_read",
        ("406", "400"),
        "Status for Accept with an unknown rule format or one older than stored.",
    ),
    Switch(
        "papi_context",
        ("optional", "required", "redirect"),
        "Calls without contractId and groupId: served, 400, or 302.",
    ),
    Switch("papi_unknown_property", ("404", "403", "empty"), "The answer about a property that does not exist."),
    Switch("papi_latest", ("302", "200"), "`versions/latest`: a redirect or the version itself."),
    Switch("papi_search", ("exact", "ignore_case", "prefix"), "How find-by-value matches."),
    Switch("papi_search_index", ("immediate", "slow"), "slow: a property is found one minute after its creation."),
    Switch(
        "papi_etag_mismatch", ("412", "409", "400"), "Status for a wrong createFromVersionEtag or cloneFromVersionEtag."
    ),
    Switch(
        "papi_etag_conflict",
        ("etag-conflict", "http/precondition-failed"),
        "Error type of a write whose etag is not the current one.",
    ),
    Switch("papi_new_version_note", ("copy", "empty"), "The note of a new version."),
    Switch("papi_pending_version", ("403", "409"), "A write to a version whose activation is under way."),
    Switch("papi_aborted_version", ("editable", "frozen"), "A version whose only activations were aborted or failed."),
    Switch("papi_remove_absent_hostname", ("ignore", "refuse"), "PATCH of host names that removes an absent one."),
    Switch(
        "papi_default_certs",
        ("available", "unavailable"),
        "certProvisioningType DEFAULT: possible or refused with 403.",
    ),
    Switch("papi_ccm_ca_set", ("check", "ignore"), "Whether `mtls.caSetId` of a CCM host name has to exist."),
    Switch(
        "papi_ccm_certificate",
        ("deployed", "not_deployed"),
        "not_deployed: activations with CCM host names are refused.",
    ),
    Switch("papi_activation_warnings", ("tree", "always"), "always: every activation has one warning more."),
    Switch("papi_activation_end", ("ACTIVE", "FAILED"), "How activations end."),
    Switch("papi_deactivation_end", ("ACTIVE", "DEACTIVATED"), "Final status of a DEACTIVATE entry."),
    Switch("papi_deactivation_pending", ("PENDING", "PENDING_DEACTIVATION"), "Open status of a DEACTIVATE entry."),
    Switch("papi_already_active", ("422", "403"), "Status for activating what is active already."),
    Switch("papi_both_networks", ("accept", "refuse"), "refuse: 409 while an activation on the other network is open."),
    Switch("papi_cancel", ("at_once", "pending"), "pending: PENDING_CANCELLATION comes before ABORTED."),
    Switch(
        "papi_compliance_record",
        ("ignore", "required", "exception"),
        "Whether activations on PRODUCTION need a complianceRecord; exception: the refusal is of the other shape of 12.3.",
    ),
)
