# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cps-v2.md leaves open, as named choices (sections 12 and 15). The first value is the page's choice."""

from __future__ import annotations

from ..core import Switch

SWITCHES = (
    Switch(
        "cps_media_types", ("strict", "lax"), "406 and 415 for missing, generic or unknown media types; lax: newest"
    ),
    Switch("cps_malformed_path", ("404", "500"), "answer to an id that is not a number"),
    Switch("cps_links", ("cps/v2", "cps-api"), "prefix of the links in bodies"),
    Switch("cps_rate_limit_body", ("json", "text"), "body of a 429"),
    Switch(
        "cps_create_limit", ("documented", "off"), "one creation per five minutes and account, on the account's clock"
    ),
    Switch(
        "cps_missing_contacts", ("reset", "refuse"), "PUT without a contact and without orgId: reset to null, or 400"
    ),
    Switch("cps_null_set_id", ("refuse", "remove"), "PUT with setId null inside the block: 400, or the binding goes"),
    Switch("cps_authentication_options", ("optional", "required"), "whether a binding has to carry both options"),
    Switch("cps_null_preferred_trust_chain", ("accept", "refuse"), "PUT with csr.preferredTrustChain null"),
    Switch("cps_binding_network", ("any", "enhanced_sni"), "networks a binding is allowed on"),
    Switch("cps_v11_fips", ("clear", "keep"), "what a v11 PUT does to fipsMode"),
    Switch("cps_multi_stacked_shown", ("third-party", "always"), "where GET shows enableMultiStackedCertificates"),
    Switch("cps_ca_set_refusal", ("put", "change"), "a CA set that may not be bound: 400 at PUT, or the change fails"),
    Switch("cps_staging_only_ca_set", ("refuse", "ov_ev"), "a CA set active on staging only, for OV and EV"),
    Switch(
        "cps_network_change_type",
        ("modify-certificate", "modify-san", "new-certificate", "renewal", "null"),
        "changeType of a change of network configuration",
    ),
    Switch("cps_renewal_window_status", ("409", "400", "403"), "refusal of a PUT inside the renewal window"),
    Switch("cps_auto_renewal", ("off", "on"), "CPS starts the renewal itself when the window opens"),
    Switch("cps_pre_verification_warnings", ("off", "on"), "every change stops for a pre-verification acknowledgement"),
    Switch(
        "cps_post_verification_warnings", ("off", "on"), "every change stops for a post-verification acknowledgement"
    ),
    Switch("cps_removal_warnings", ("off", "on"), "a removal stops at wait-review-cert-warning"),
    Switch(
        "cps_error_at",
        (
            "none",
            "pre-verification-safety-checks",
            "check-for-cert",
            "create-slot-files",
            "deploy-changes-to-staging",
            "deploy-cert-to-staging",
            "live-check-action",
            "deploy-cert-to-production",
            "deprovision-cert",
        ),
        "the status at which every change ends in error",
    ),
    Switch("cps_unknown_status", ("off", "on"), "every change passes a status that no document names"),
    Switch("cps_uncancellable", ("409", "500", "off"), "cancelling during a deployment to a network; off: allowed"),
    Switch(
        "cps_cancelled_change",
        ("keep", "revert"),
        "what GET enrollment shows after a cancelled change: asked or deployed",
    ),
    Switch("cps_failed_change", ("pending", "gone"), "whether a failed change stays in pendingChanges"),
    Switch("cps_completed_change", ("readable", "gone"), "whether a completed change can still be read"),
    Switch("cps_allowed_input_lag", ("off", "on"), "the first poll of an awaiting change has no allowedInput"),
    Switch("cps_acknowledgement_lag", ("off", "on"), "the first poll after an input still shows the old status"),
    Switch("cps_early_acknowledgement", ("409", "404"), "a pre-verification acknowledgement before its time"),
    Switch(
        "cps_uploaded_key",
        ("checked", "unchecked"),
        "an uploaded certificate that does not fit a CSR of the change: 400",
    ),
    Switch("cps_deny", ("suspended", "cancelled"), "what the acknowledgement deny does to the change"),
    Switch("cps_dv_state", ("awaiting-input", "suspended"), "state of coordinate-domain-validation"),
    Switch("cps_dv_validation", ("acknowledged", "automatic"), "whether domains validate without an acknowledgement"),
    Switch("cps_missing_deployment", ("404", "null"), "single deployment of a network that has none"),
)
