# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait for what the server does on its own."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until everything has happened.
      - With V(false), the steps that are possible now are done; the others are returned in RV(ignore:plan) with
        V(false) in C(done), and a later run attaches to what is under way.
    type: bool
    default: true
  poll_interval:
    description: Seconds between two looks at least. The server's own C(Retry-After) wins when it is later.
    type: float
    default: 5
"""
