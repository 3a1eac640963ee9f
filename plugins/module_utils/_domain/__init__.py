# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of mutual TLS at the edge: pure, no I/O but the reading of certificate files."""
