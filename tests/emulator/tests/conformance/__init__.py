# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows taken from the reference pages, sent to a running emulator by an official client's signature."""
