# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one runner: knows check mode, `changed`, diff, the shape of results and failures, and how a module ends."""

from __future__ import annotations

import collections.abc
import math
import os
import sys
import traceback
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.validation import check_type_dict

from .._domain.errors import INSTEAD, Hazard, InvalidOption, WishError
from .._domain.past import events
from .._domain.pem import secrets_in
from .._domain.plan import Document, Plan, settle_unknown
from .._resources.world import Look, Resource, Stale, World
from .._wire.credentials import CredentialError, resolve
from .._wire.errors import WireError
from .._wire.session import Session
from .arguments import ASSUME, CONNECTION, Spec, merged
from .clock import Clock
from .version import USER_AGENT
from .waiter import Waiter

#: Third-party libraries: what is imported, and what is installed to get it.
LIBRARIES: t.Final = (
    ("requests", "requests"),
    ("akamai.edgegrid", "edgegrid-python"),
    ("cryptography", "cryptography"),
)

HTTP_TIMEOUT: t.Final = 60.0
RETRY_TIMEOUT: t.Final = 300.0
YEAR: t.Final = 31_536_000
READ: t.Final = "`ansible-doc {module}` shows the options and what they take."
ASSUMABLE: t.Final = "If an earlier task of the play would make it, give its result to this one as `assume`."
REPORT: t.Final = "This is a fault of the collection: please report it, with this message and what the task looks like."

#: What every end of a module that looks, or changes, has at least.
LOOKED: t.Final[Document] = {"api_warnings": [], "requests": {}, "waited_seconds": 0.0}
CHANGED: t.Final[Document] = {"plan": [], "deferred": [], "assumptions": [], **LOOKED}


class Module(AnsibleModule):
    """AnsibleModule whose every end has one shape: plain types, all of `least`, and a `failure` even for Ansible's own errors."""

    def __init__(self, *specs: Spec, least: Document) -> None:
        self.least = least
        super().__init__(argument_spec=merged(*specs), supports_check_mode=True)  # type: ignore[no-untyped-call]

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        specs = self.argument_spec
        self.params = _given(self.params, specs)

    @property
    def read_on(self) -> str:
        """Where the options are explained."""
        return READ.format(module=self._name)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        super().exit_json(**self._shaped(result))
        raise AssertionError("exit_json has returned")

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        failure = WishError("invalid_option", str(msg), cure=self.read_on).failure()
        super().fail_json(msg=msg, **self._shaped({"changed": False, **self.least, "failure": failure, **result}))
        raise AssertionError("fail_json has returned")

    def _log_invocation(self) -> None:
        _mask_private_keys(self, self.params)
        super()._log_invocation()  # type: ignore[no-untyped-call]

    def _shaped(self, result: Document) -> Document:
        # Ansible's own argument errors end here before anything else had a chance to look at the options.
        _mask_private_keys(self, getattr(self, "params", None))
        arguments = {name: value for name, value in (getattr(self, "params", None) or {}).items() if name != "assume"}
        return t.cast(Document, plain({"invocation": {"module_args": arguments}, **result}))


def _given(values: collections.abc.Mapping[str, t.Any], specs: Spec) -> dict[str, t.Any]:
    """Options as Ansible can take them. A null is no value: older cores refuse it where the option has a default."""
    return {
        name: _refusable(value, specs.get(name) or {})
        for name, value in values.items()
        if value is not None or (specs.get(name) or {}).get("default") is None
    }


def _refusable(value: t.Any, spec: Spec) -> t.Any:
    """An option in a form that Ansible can refuse: it crashes on endless integers, and on numbers where it wants members."""
    if spec.get("type") == "int" and isinstance(value, str | float):
        text = str(value)
        return repr(text) if "inf" in text.lower() or len(text) > 30 else value
    inner = spec.get("options")
    if inner is None or value is None:
        return value
    if isinstance(value, str):
        return value.replace("=", " ") if any(map(_crashes, (value, *value.split(",")))) else value
    if isinstance(value, list):
        return [str(item) if item is None else _refusable(item, spec) for item in value]
    if isinstance(value, collections.abc.Mapping):
        return _given(value, inner)
    return str(value)


def _crashes(text: str) -> bool:
    """Whether older cores, looking for `name=value` in it, crash instead of refusing it."""
    try:
        check_type_dict(text)
    except TypeError:
        return False
    except ValueError:
        return True
    return False


def plain(value: t.Any) -> t.Any:
    """Only types that JSON has: Ansible crashes on any other."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, collections.abc.Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, collections.abc.Iterable):
        return [plain(item) for item in value]
    return str(value)


def run(resource: t.Callable[..., Resource], *specs: Spec) -> t.NoReturn:
    """Runs a module that changes things. `specs` are its own options; connection and `assume` are added here."""
    module = Module(CONNECTION, ASSUME, *specs, least=CHANGED)
    _guarded(module, lambda run: _change(run, resource))


def show(look: t.Callable[..., Look], *specs: Spec) -> t.NoReturn:
    """Runs a module that only looks."""
    module = Module(CONNECTION, *specs, least=LOOKED)
    _guarded(module, lambda run: _look(run, look))


class Run:
    """One run of a module: its session, its world, its clock, and what is known so far for the report."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.params: Document = module.params
        self.clock = Clock()
        self.session: Session | None = None
        self.waiter: Waiter | None = None
        self.current_plan: Plan | None = None
        self.replanned = False

    def world(self) -> World:
        credentials = resolve(self.params, os.environ, Path("~").expanduser())
        self.module.no_log_values.update(credentials.secrets())
        self.session = Session(
            credentials,
            user_agent=USER_AGENT,
            ca_path=self.params.get("ca_path") or os.environ.get("AKAMAI_CA_PATH") or None,
            http_timeout=self.params.get("http_timeout") or HTTP_TIMEOUT,
            retry_timeout=self.params.get("retry_timeout") or RETRY_TIMEOUT,
            clock=self.clock,
            log=self.module.debug,
        )
        past = events(self.params.get("assume")) if self.module.check_mode else []
        return World(self.session, self.clock, past, dry=self.module.check_mode)

    def cost(self) -> Document:
        waited = self.waiter.waited_seconds if self.waiter else 0.0
        return {"requests": dict(self.session.requests) if self.session else {}, "waited_seconds": round(waited, 3)}

    def report(self) -> Document:
        """What every end of a changing module says, good or bad."""
        wrote = self.session.wrote if self.session else False
        plan = self.current_plan
        if plan is None:
            return {"changed": wrote, **self.cost()}
        wrote = wrote or any(step.local and step.done for step in plan.steps)
        self.warn(plan.warnings)
        result = {"changed": wrote, "plan": plan.shown_steps(), "deferred": self.deferred(plan)}
        if self.replanned:
            result["replanned"] = True
        return {**result, "assumptions": plan.assumptions, "api_warnings": plan.warnings, **self.cost()}

    def warn(self, warnings: t.Iterable[Document]) -> None:
        """The texts of `api_warnings`, where Ansible shows them."""
        for warning in warnings:
            self.module.warn(str(warning.get("detail") or warning.get("title") or warning.get("type")))

    def deferred(self, plan: Plan) -> list[int]:
        """The positions of steps that this call leaves to a later one, because they have to wait."""
        if self.waiter is None or self.waiter.wait:
            return []
        return [position for position, step in enumerate(plan.steps) if step.waits]


def _guarded(module: Module, body: t.Callable[[Run], None]) -> t.NoReturn:
    run = Run(module)
    try:
        _require_libraries(module)
        _require_seconds(module.params)
        _require_text(module.params, "")
        body(run)
    except (WishError, WireError) as error:
        _fail(run, error.msg, error.failure())
    except CredentialError as error:
        cure = f"Check `{error.option}`; the documentation of the connection options tells which source counts."
        _fail(run, str(error), WishError("invalid_option", str(error), cure=cure).failure())
    except Exception as error:  # a fault of ours: it still ends in the one failure shape
        said = f"{type(error).__name__}: {error}"
        failure = {**WishError("invalid_option", said, cure=REPORT).failure(), "type": "internal"}
        _fail(run, f"Internal error: {said}.", failure, exception=traceback.format_exc())
    raise AssertionError("a module has not ended")


def _fail(run: Run, msg: str, failure: Document, **more: t.Any) -> t.NoReturn:
    seen = settle_unknown(run.current_plan.seen)[0] if run.current_plan else {}
    cure = failure["cure"] or (run.module.read_on if failure["type"] == "invalid_option" else None)
    if failure["type"] == "not_found" and run.module.check_mode and "assume" in run.params:
        cure = f"{cure} {ASSUMABLE}" if cure else ASSUMABLE
    failure["cure"] = cure
    run.module.fail_json(msg=f"{msg} {cure}" if cure else msg, failure=failure, **run.report(), **seen, **more)


def _look(run: Run, make: t.Callable[..., Look]) -> None:
    look = make(run.params, now=run.clock.now())
    world = run.world()
    found = look.look(world)
    run.warn(world.warnings)
    run.module.exit_json(changed=False, **found, api_warnings=world.warnings, **run.cost())


def _change(run: Run, make: t.Callable[..., Resource]) -> None:
    resource = make(run.params, now=run.clock.now())
    world = run.world()
    run.waiter = Waiter(
        run.clock,
        wait=run.params.get("wait", True),
        timeout=run.params.get("wait_timeout") or 0,
        poll_interval=run.params.get("poll_interval") or 0,
    )
    plan = _planned(run, resource, world)
    if not run.module.check_mode:
        plan = _applied(run, resource, world, plan, run.waiter)
    _finish(run, resource, plan)


def _applied(run: Run, resource: Resource, world: World, plan: Plan, waiter: Waiter) -> Plan:
    """Applies the plan. Where the world has moved, or the answer to a write was lost, it looks and plans again, once."""
    try:
        resource.apply(world, plan, waiter)
        return plan
    except Stale:
        pass
    except WireError as error:
        if not error.outcome_unknown:
            raise
    run.replanned = True
    world.forget()
    again = _planned(run, resource, world, plan)
    try:
        resource.apply(world, again, waiter)
    except Stale as stale:
        raise stale.cause from stale
    return again


def _planned(run: Run, resource: Resource, world: World, earlier: Plan | None = None) -> Plan:
    plan = resource.plan(resource.read(world))
    plan.warnings += world.warnings
    if earlier is not None:
        plan.carry_over(earlier)
    run.current_plan = plan
    accepted = set(run.params.get("allow_outage") or [])
    refused = [hazard for hazard in plan.hazards if hazard.name not in accepted]
    if refused:
        raise _hazardous(refused)
    for hazard in plan.hazards:
        plan.warn(f"Accepted by allow_outage {hazard.name}: {hazard.breaks}", hazard=hazard.name)
    return plan


def _hazardous(hazards: t.Sequence[Hazard]) -> WishError:
    names = sorted({hazard.name for hazard in hazards})
    return WishError(
        "hazard",
        "Refused, as it could do harm: " + " ".join(hazard.breaks for hazard in hazards),
        cure=" ".join([*(INSTEAD[name] for name in names), f"Or accept it with `allow_outage: [{', '.join(names)}]`."]),
        hazards=hazards,
    )


def _finish(run: Run, resource: Resource, plan: Plan) -> None:
    predicted, dummy = settle_unknown(plan.after)
    after, server_made = settle_unknown(resource.people(plan.after))
    before, dummy = settle_unknown(resource.people(plan.before))
    real = not run.module.check_mode
    if real and plan.complete and (run.waiter is None or run.waiter.wait):
        after = resource.people(plan.seen)
    report = run.report()
    if not real:
        report["changed"] = len(report["deferred"]) < len(plan.steps)
    run.module.exit_json(
        diff={"before": before, "after": after},
        server_made=server_made,
        **report,
        **(settle_unknown(plan.seen)[0] if real else predicted),
    )


def _require_seconds(options: Document) -> None:
    """Ansible takes `nan` and `inf` for numbers, sockets do not; and nobody waits longer than a year."""
    for name in ("http_timeout", "retry_timeout", "wait_timeout", "poll_interval"):
        value = options.get(name)
        if value is not None and not 0 <= value <= YEAR:
            raise InvalidOption(
                f"{name}: {value:g} is no number of seconds to wait.", cure=f"Give one from 0 to {YEAR}."
            )


def _require_text(value: t.Any, where: str) -> None:
    """What YAML can spell and no file name or request can carry."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidOption(
                f"{where}: holds a character that is no text (NUL, or half a pair).", cure="Take it out."
            )
    elif isinstance(value, collections.abc.Mapping):
        for name, item in value.items():
            _require_text(item, where or str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            _require_text(item, where)


def _require_libraries(module: Module) -> None:
    cure = "Install it for that Python, or let `ansible_python_interpreter` point to one that has it."
    for name, package in LIBRARIES:
        try:
            __import__(name)
        except ImportError:
            module.fail_json(
                msg=missing_required_lib(package),
                exception=traceback.format_exc(),
                failure={
                    **WishError("invalid_option", f"{package} is missing on {sys.executable}", cure=cure).failure(),
                    "type": "missing_library",
                },
            )


def _mask_private_keys(module: Module, value: t.Any) -> None:
    """A private key that was given by mistake is masked before anything can fail and print it."""
    if isinstance(value, str):
        # Given for a path, it is named as one: with single slashes.
        module.no_log_values.update(secrets_in(value), secrets_in(str(Path(value))))
    elif isinstance(value, collections.abc.Mapping):
        for item in value.values():
            _mask_private_keys(module, item)
    elif isinstance(value, list | tuple):
        for item in value:
            _mask_private_keys(module, item)
