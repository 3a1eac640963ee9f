# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a step: marks it, and tells refusals that only mean a new look from those that end the run."""

from __future__ import annotations

import collections.abc
import contextlib

from .._domain.plan import Step
from .._wire.errors import ApiError
from .world import Stale, World


@contextlib.contextmanager
def carry_out(world: World, step: Step, stale: collections.abc.Container[str] = ()) -> collections.abc.Iterator[None]:
    """The one write of a step happens inside. A refusal whose slug is in `stale` raises `Stale`.

    A lost answer goes through: the runner looks whether the step has worked before anything is sent again.
    """
    step.tried = True
    try:
        yield
    except ApiError as error:
        # A refused step was not carried out, whatever the world looks like by now.
        step.tried = error.outcome_unknown
        if error.slug in stale:
            raise Stale(error) from error
        raise
    finally:
        world.forget()
    step.done = True
