# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How things are named: ids with and without prefix, exact names, host names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from .errors import Ambiguous, InvalidOption, NotFound, some_of
from .pem import secrets_in

T = TypeVar("T")

#: Akamai's id prefixes (papi-v1.md 1.3), by kind.
PREFIXES: dict[str, str] = {
    "account": "act_",
    "asset": "aid_",
    "contract": "ctr_",
    "group": "grp_",
    "product": "prd_",
    "property": "prp_",
    "include": "inc_",
    "edge_hostname": "ehn_",
    "cp_code": "cpc_",
    "activation": "atv_",
    "message": "msg_",
}


def given(value: Any) -> str | None:
    """An option as text; None, '' and blanks count as absent.

    Templates turn an absent id into '' on some cores and into None on others.
    """
    text = "" if value is None else str(value).strip()
    return text or None


def is_number(text: str) -> bool:
    """Whether it is a version or an id as Akamai counts: plain digits, few enough for 64 bits."""
    return re.fullmatch("[0-9]{1,18}", text) is not None


def bare(value: Any, kind: str | None = None) -> str | None:
    """An id without its prefix, as text; None where it is absent.

    With `kind`, a prefix of another kind is an `invalid_option` error.
    """
    text = given(value)
    if text is None:
        return None
    for prefix_kind, prefix in PREFIXES.items():
        if text.startswith(prefix):
            if kind is not None and kind != prefix_kind:
                raise InvalidOption(
                    f"{text!r} is the id of a {_words(prefix_kind)}, not of a {_words(kind)}.",
                    cure=f"The id of a {_words(kind)} starts with {PREFIXES[kind]}, or has no prefix.",
                )
            return text.removeprefix(prefix)
    return text


def prefixed(value: Any, kind: str) -> str | None:
    """An id with the prefix of its kind; None where it is absent."""
    text = bare(value, kind)
    return None if text is None else PREFIXES[kind] + text


def same_id(left: Any, right: Any) -> bool:
    """Whether two ids name the same thing, prefix or not; absent ids name nothing."""
    text = bare(left)
    return text is not None and text == bare(right)


def id_of_link(link: Any) -> str | None:
    """The id a link ends in: its last path segment without the query (papi-v1.md 1.6)."""
    text = given(link)
    return None if text is None else text.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


def one_of(options: Mapping[str, Any], *names: str, required: bool = True) -> tuple[str, str] | None:
    """The one option of `names` that is given, as (name, text); None when there is none and none is required."""
    found = [(name, text) for name in names if (text := given(options.get(name))) is not None]
    if len(found) > 1:
        raise InvalidOption(
            f"{_listed([name for name, dummy in found])} exclude each other.",
            cure=f"Give only one of {_listed(names)}.",
        )
    if not found and required:
        raise InvalidOption(
            f"One of {_listed(names)} is required.", cure="An empty value, as from an undefined result, counts as none."
        )
    return found[0] if found else None


def only(
    matches: Iterable[T],
    what: str,
    seen: Iterable[Any] | None = None,
    *,
    show: Callable[[T], str] = str,
    cure: str | None = None,
) -> T:
    """The only one of `matches`; none is `not_found`, several are `ambiguous`.

    `what` names the thing in messages (`CA set "partners"`), `seen` are the names that
    exist (None: not looked for), `show` tells matches apart.
    """
    hits = list(matches)
    if not hits:
        names = sorted({str(name) for name in seen or ()}, key=str.casefold)
        listed = "" if seen is None else f" {_seen(names)}"
        raise NotFound(f"{what} was not found.{listed}", cure=cure, errors=[{"seen": name} for name in names])
    if len(hits) > 1:
        shown = [show(hit) for hit in hits]
        raise Ambiguous(
            f"{what} is ambiguous: {', '.join(shown)}.",
            cure=cure or "Name it by its id.",
            errors=[{"seen": text} for text in shown],
        )
    return hits[0]


def host(name: str) -> str:
    """A host name in the form that compares: lower case, without the root dot."""
    return name.strip().rstrip(".").lower()


def host_matches(pattern: str, name: str) -> bool:
    """Whether `pattern` covers the host name; `*` stands for exactly one whole label, the first (RFC 6125)."""
    wanted, seen = host(pattern), host(name)
    if wanted.startswith("*."):
        label, dummy, rest = seen.partition(".")
        return (bool(label) and rest == wanted[2:]) or seen == wanted
    return seen == wanted


def covered(patterns: Iterable[str], name: str) -> bool:
    """Whether any of the patterns covers the host name."""
    return any(host_matches(pattern, name) for pattern in patterns)


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _seen(names: Sequence[str]) -> str:
    return f"There are: {some_of(names)}." if names else "There is none at all."


_CA_SET_NAME = re.compile(r"[%.a-zA-Z0-9_-]{3,64}")


def ca_set_name(value: Any, option: str = "ca_set_name") -> str:
    """A name METS accepts for a CA set (mets-v2.md 1.3), or an `invalid_option` error that says the rule."""
    text = given(value) or ""
    if not _CA_SET_NAME.fullmatch(text) or "..." in text:
        raise InvalidOption(
            f"{option} {text!r} is no name for a CA set.",
            cure="Use 3 to 64 letters, digits and % . _ - without three dots in a row.",
        )
    return text


def description_text(value: Any, option: str = "description") -> str | None:
    """A description METS accepts (1 to 255 characters); an empty one counts as absent, as METS must not get it."""
    text = None if value is None else str(value)
    if not text:
        return None
    if secrets_in(text):
        raise InvalidOption(f"{option} holds a private key.", cure="Take it out; a description is sent to Akamai.")
    if len(text) > 255:
        raise InvalidOption(f"{option} has {len(text)} characters; METS takes 255 at most.")
    return text
