# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other rooms may ask METS."""

from __future__ import annotations

from ..core import Account
from .model import NETWORKS, key, lookup


def active_networks(account: Account, ca_set_id: str) -> set[str] | None:
    """The networks on which a version of the set is active; None: there is no such set, or it is deleted or going."""
    ca_set = lookup(account, ca_set_id)
    if ca_set is None or ca_set["caSetStatus"] != "NOT_DELETED":
        return None
    return {network for network in NETWORKS if ca_set[key(network, "Version")] is not None}
