# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write that makes a version of a CA set, also where the gateway takes no body of its size (mets-v2.md 3.10, 3.13)."""

from __future__ import annotations

import json
import re
import typing as t

from .._api import mets
from .._domain.plan import Document
from .._wire.errors import ApiError
from .world import World

#: Bytes that a signed POST can have for certain (edgegrid.md 1), less room for what is not certificates.
SIGNABLE: t.Final = 131_072 - 8_192

_UNFINISHED: t.Final = re.compile(r"Unfinished: ([0-9]+) of [0-9]+ certificates\.")


def is_unfinished(version: t.Mapping[str, t.Any]) -> bool:
    """Whether the version is the part that `create` began with, and nobody has changed it since."""
    said = _UNFINISHED.fullmatch(version.get("description") or "")
    return said is not None and int(said.group(1)) == len(version.get("certificates") or [])


def create(world: World, ca_set_id: str, body: Document) -> Document:
    """POST of a version. Where the gateway refuses to sign so much, a part is posted, and the whole put in its place:
    the body of a PUT is not signed. Between the two the part says of itself what it is, so that a run that comes after
    a killed one finishes it."""
    try:
        return mets.create_version(world.session, ca_set_id, body)
    except ApiError as error:
        if not error.too_large_to_sign:
            raise
    made = _begun(world, ca_set_id, body)
    return mets.update_version(world.session, ca_set_id, int(made["version"]), body)


def _begun(world: World, ca_set_id: str, body: Document) -> Document:
    """The part; a certificate less where some version holds exactly that already."""
    whole = body["certificates"]
    for size in range(_fitting(whole), 0, -1):
        text = f"Unfinished: {size} of {len(whole)} certificates."
        try:
            return mets.create_version(
                world.session, ca_set_id, {**body, "certificates": whole[:size], "description": text}
            )
        except ApiError as error:
            if error.slug != "duplicate-ca-set-version" or size == 1:
                raise
    raise ValueError("a certificate does not fit a request")


def _fitting(items: t.Sequence[Document]) -> int:
    """How many of the certificates, from the first on, one signed POST can carry."""
    size = 0
    for number, item in enumerate(items):
        size += len(json.dumps(item).encode()) + 1
        if size > SIGNABLE:
            return number
    return len(items)
