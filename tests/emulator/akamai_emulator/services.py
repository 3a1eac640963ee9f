# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the house."""

from __future__ import annotations

from . import cps, grants, mets, papi
from .core import Service

ALL: tuple[Service, ...] = (mets.SERVICE, cps.SERVICE, papi.SERVICE, grants.SERVICE)
