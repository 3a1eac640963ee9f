# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A truthful, stateful stand-in for the Akamai APIs that mutual TLS work reaches: METS v2, CPS v2, PAPI v1 and grants."""

from __future__ import annotations

__version__ = "0.1.0"
