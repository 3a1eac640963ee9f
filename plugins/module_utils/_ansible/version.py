# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of the collection, the same as in galaxy.yml (a test holds that)."""

from __future__ import annotations

VERSION = "0.1.0"
USER_AGENT = f"ansible-edgetrust.akamai/{VERSION}"
