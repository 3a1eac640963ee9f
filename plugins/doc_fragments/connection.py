# Copyright (c) edgetrust.akamai contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the credentials of a task come from."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  edgerc:
    description:
      - File with credentials, in the format of C(~/.edgerc).
      - A task either names a file or section, or gives O(host) and the three tokens; both together are an error.
      - Without any of them, all four of E(AKAMAI_HOST), E(AKAMAI_CLIENT_TOKEN), E(AKAMAI_CLIENT_SECRET) and
        E(AKAMAI_ACCESS_TOKEN) are used; without those, E(AKAMAI_EDGERC) and E(AKAMAI_EDGERC_SECTION); at last
        the section C(default) of C(~/.edgerc). Sources are never mixed, and an empty value is an absent one.
    type: path
  section:
    description: Section of the file; C(default) unless given.
    type: str
  host:
    description: Host of the API client, for example C(akab-xxxx.luna.akamaiapis.net). Goes with the three tokens.
    type: str
  client_token:
    description: Client token of the API client.
    type: str
  client_secret:
    description: Client secret of the API client.
    type: str
  access_token:
    description: Access token of the API client.
    type: str
  account_switch_key:
    description:
      - Account to act on, for API clients that manage several.
      - Otherwise E(AKAMAI_ACCOUNT_KEY), or C(account_key) of the file.
    type: str
  ca_path:
    description:
      - File with the CA certificates that the API's own certificate is checked against.
      - Otherwise E(AKAMAI_CA_PATH), or the public CAs that C(requests) brings along.
    type: path
  http_timeout:
    description: Seconds without an answer after which an attempt counts as lost; 60 unless given.
    type: float
  retry_timeout:
    description:
      - Seconds that all attempts for one request may take together; 300 unless given.
      - A write is only repeated when it is certain that it was not carried out.
    type: float
requirements:
  - requests
  - edgegrid-python
  - cryptography
notes:
  - Runs where the task runs. Delegate it to the control node, or use C(connection=local), so that the credentials stay there.
"""
