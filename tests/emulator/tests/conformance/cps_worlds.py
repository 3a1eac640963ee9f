# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting states of the CPS rows, made by calls, and short hands for CPS rows."""

from __future__ import annotations
