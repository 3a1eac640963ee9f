# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again, and after how long (edgegrid.md 5)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire import answers
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.answers import Loss, LossKind, Response
from ansible_collections.edgetrust.akamai.plugins.module_utils._wire.retry import Fate, Try, fate_of, judge

NOW = dt.datetime(2026, 11, 24, 9, 15, 30, tzinfo=dt.UTC)
DATE = {"Date": "Tue, 24 Nov 2026 09:15:00 GMT"}  # the server is half a minute behind
PROBLEMS = "https://problems.luna.akamaiapis.net"


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Response:
    content = body if isinstance(body, str) else json.dumps(body or {})
    return Response.parse(status, headers or {}, content.encode())


def attempt(**changes: Any) -> Try:
    given = {
        "method": "GET",
        "path": "/papi/v1/groups",
        "write": False,
        "number": 1,
        "elapsed": 0.0,
        "budget": 600.0,
        "jitter": 1.0,
    }
    return Try(**(given | changes))


def wait(outcome: Response | Loss, **changes: Any) -> float | None:
    return judge(attempt(**changes), outcome, NOW).wait


BURST = {"type": f"{PROBLEMS}/-/pep-authn/request-error", "title": "Bad request", "status": 400}
WAITS: list[tuple[str, Response, float]] = [
    ("X-RateLimit-Next by Date", answer(429, None, {"X-RateLimit-Next": "2026-11-24T09:15:12.500Z", **DATE}), 12.5),
    ("X-RateLimit-Next by our clock", answer(429, None, {"X-RateLimit-Next": "2026-11-24T09:15:42.5Z"}), 12.5),
    ("X-RateLimit-Next with a zone", answer(429, None, {"X-RateLimit-Next": "2026-11-24T10:15:07+01:00", **DATE}), 7),
    ("Akamai-RateLimit-Next", answer(429, None, {"Akamai-RateLimit-Next": "2026-11-24T09:15:09Z", **DATE}), 9),
    ("Retry-After in seconds", answer(429, None, {"Retry-After": "17"}), 17),
    ("Retry-After as a date", answer(429, None, {"Retry-After": "Tue, 24 Nov 2026 09:15:20 GMT", **DATE}), 20),
    ("garbled Retry-After", answer(429, None, {"Retry-After": "Retry-After: 3 s;"}), 1),
    ("METS rateLimitNext", answer(429, {"rateLimitNext": "2026-11-24T09:15:33.000001Z"}, DATE), 33.000001),
    (
        "METS prose",
        answer(429, {"detail": "Quota has been exhausted. You can submit the request after 42 seconds"}),
        42,
    ),
    ("CPS prose", answer(429, {"detail": "You have exhausted your API Request Quota. Retry after: 21 seconds."}), 21),
    ("CPS prose with a time", answer(429, {"detail": "... Please try after 2026-11-24T09:15:40.098Z"}, DATE), 40.098),
    ("plain text", answer(429, "Rate limit. Please try after 2026-11-24T09:15:41Z", DATE), 41),
    ("plain text, no hint", answer(429, "slow down"), 1),
    ("the latest of all", answer(429, {"detail": "Retry after: 5 seconds."}, {"Retry-After": "8"}), 8),
    ("a moment ago is a second", answer(429, None, {"X-RateLimit-Next": "2026-11-24T09:14:00Z", **DATE}), 1),
    ("METS overload", answer(503, {"type": "/x/global-rate-limit-exceeded", "retryAfter": 13}), 13),
    (
        "METS overload, prose",
        answer(503, {"type": "/x/global-rate-limit-exceeded", "detail": "Try again in 14 seconds"}),
        14,
    ),
    ("METS overload, header", answer(503, {"type": "/x/global-rate-limit-exceeded"}, {"Retry-After": "15"}), 15),
    ("burst block", answer(400, BURST | {"detail": "WAF deny rule IPBLOCK-BURST4-54013"}), 75),
]


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
@pytest.mark.parametrize(("outcome", "seconds"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS])
def test_the_server_says_when(outcome: Response, seconds: float, write: bool) -> None:
    """None of these was carried out, so reads and writes alike are repeated."""
    assert wait(outcome, write=write) == pytest.approx(seconds)


def test_a_burst_block_is_waited_out_for_a_minute_at_least() -> None:
    assert wait(answer(400, BURST | {"detail": "WAF deny rule IPBLOCK-BURST4-54013"}), jitter=0.0) == 60


NEVER: list[tuple[str, Response]] = [
    (
        "limit exceeded",
        answer(429, {"type": f"{PROBLEMS}/papi/v1/limit-exceeded", "limitKey": "INCLUDES_PER_CONTRACT"}),
    ),
    ("limit key alone", answer(429, {"limitKey": "DEFAULT_CERTS_PER_CONTRACT", "remaining": 0}, {"Retry-After": "1"})),
    ("limit type alone", answer(429, {"type": "/papi/v0/limit-exceeded"})),
    ("bad request", answer(400, {"type": f"{PROBLEMS}/papi/v0/http/bad-request"}, {"Retry-After": "1"})),
    ("clock", answer(400, BURST | {"detail": "Invalid timestamp"})),
    *((str(status), answer(status)) for status in (302, 401, 403, 404, 405, 406, 409, 412, 415, 422, 501)),
]


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
@pytest.mark.parametrize("outcome", [row[1] for row in NEVER], ids=[row[0] for row in NEVER])
def test_what_no_pause_cures_is_not_repeated(outcome: Response, write: bool) -> None:
    verdict = judge(attempt(write=write), outcome, NOW)
    assert (verdict.wait, verdict.gave_up) == (None, None)


def test_a_used_up_certificate_quota_of_hostname_buckets_is_not_repeated() -> None:
    path = "/papi/v1/properties/prp_1/hostnames"
    assert wait(answer(429, "quota"), method="PATCH", path=path, write=True) is None
    assert wait(answer(429, "quota"), method="GET", path=path) == 1
    path = "/papi/v1/properties/prp_1/versions/2/hostnames"
    assert wait(answer(429, "quota"), method="PATCH", path=path, write=True) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_server_error_is_repeated_for_reads_only(status: int) -> None:
    """A 503 counts as not carried out only when it is the service's own overload answer."""
    assert wait(answer(status)) == 1
    assert wait(answer(status), write=True) is None


def test_a_500_that_says_that_nothing_was_done_is_no_lost_answer() -> None:
    failed = answer(500, {"type": f"{PROBLEMS}/papi/v0/activation/property_activation_failed"})
    assert fate_of(failed) is Fate.REFUSED and fate_of(answer(500)) is Fate.UNCERTAIN


def test_only_the_overload_answer_itself_says_that_nothing_was_done() -> None:
    assert wait(answer(500, {"type": "/x/global-rate-limit-exceeded"}), write=True) is None


def test_the_rate_headers_of_other_answers_do_not_count() -> None:
    """METS may send them with every answer."""
    assert wait(answer(500, None, {"X-RateLimit-Next": "2026-11-24T09:16:00Z", **DATE})) == 1


def test_a_503_of_unknown_origin_is_honoured_for_reads() -> None:
    unavailable = answer(503, "<html>Unavailable</html>", {"Retry-After": "30"})
    assert wait(unavailable) == 30
    assert wait(unavailable, write=True) is None


LOSSES: list[tuple[LossKind, bool, bool]] = [
    # kind, reads are repeated, writes are repeated
    (answers.NOT_CONNECTED, True, True),
    (answers.CONNECT_TIMEOUT, True, True),
    (answers.TLS, True, True),
    (answers.RESOLVER, True, True),
    (answers.READ_TIMEOUT, True, False),
    (answers.BROKEN, True, False),
    (answers.UNREADABLE, True, False),
    (answers.CERTIFICATE, False, False),
    (answers.UNKNOWN_HOST, False, False),
    (answers.MALFORMED, False, False),
]


@pytest.mark.parametrize(("kind", "reads", "writes"), LOSSES, ids=[row[0].name for row in LOSSES])
def test_a_lost_answer(kind: LossKind, reads: bool, writes: bool) -> None:
    assert (wait(Loss(kind, ""), write=False) is not None) == reads
    assert (wait(Loss(kind, ""), write=True) is not None) == writes


def test_every_kind_of_loss_is_in_the_table() -> None:
    kinds = [value for value in vars(answers).values() if isinstance(value, LossKind)]
    assert sorted(kind.name for kind in kinds) == sorted(row[0].name for row in LOSSES)


def test_back_off_doubles_up_to_half_a_minute_and_is_spread() -> None:
    lost = Loss(answers.BROKEN, "")
    assert [wait(lost, number=number) for number in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert [wait(lost, number=number, jitter=0.0) for number in range(1, 4)] == [0.5, 1, 2]


def test_the_budget_is_time_and_says_so() -> None:
    asked = answer(429, None, {"Retry-After": "300"})
    assert wait(asked, elapsed=300.0, budget=600.0) == 300
    verdict = judge(attempt(elapsed=301.0, budget=600.0, number=7), asked, NOW)
    assert verdict.wait is None
    for word in ("attempt 7", "301 s", "300 s", "retry_timeout", "600 s"):
        assert word in str(verdict.gave_up)


def test_a_budget_of_nothing_means_one_attempt() -> None:
    assert judge(attempt(budget=0.0), Loss(answers.BROKEN, ""), NOW).gave_up
