# SPDX-FileCopyrightText: the edgetrust.akamai contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m akamai_emulator`: see README.md."""

from __future__ import annotations

import argparse
import logging
import sys

import uvloop

from . import durations, seed, server, services
from .core import ShapeError
from .home import Home, HomeError
from .house import House
from .switches import SwitchError, Switches, markdown


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "akamai_emulator", description="A stateful stand-in for METS v2, CPS v2 and PAPI v1."
    )
    parser.add_argument(
        "--home", required=True, metavar="DIR", help="credentials, certificates, state; made if missing"
    )
    parser.add_argument("--port", type=int, default=0, help="of the signed API, on 127.0.0.1 (default: any free one)")
    parser.add_argument("--control-port", type=int, default=0, help="of the control API (default: any free one)")
    parser.add_argument("--seed", metavar="FILE.yml", help="what the accounts hold (default: a small stock)")
    parser.add_argument("--durations", default="real", metavar="demo|real|FILE.yml", help="how long operations take")
    parser.add_argument(
        "--set", action="append", default=[], metavar="SWITCH=VALUE", help="may be given more than once"
    )
    parser.add_argument("--switches", action=_ShowSwitches, nargs=0, help="show the table of switches and exit")
    return parser


class _ShowSwitches(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(markdown(Switches(services.ALL).known.values()))
        parser.exit()


def main(argv: list[str] | None = None) -> int:
    options = _arguments().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        home = Home(options.home)
        document = seed.read(options.seed) if options.seed else None
        house = House(home, durations.load(options.durations), document)
        switches = {"rate_limits": "off"} if options.durations == "demo" else {}
        house.switches.update(switches | dict(item.partition("=")[::2] for item in options.set))
        saved = home.load_state()
        if saved is not None:
            house.restore(saved)
    except ShapeError as error:
        print(f"akamai_emulator: {error.pointer or '/'}: {error.text}", file=sys.stderr)
        return 2
    except (HomeError, durations.DurationError, SwitchError) as error:
        print(f"akamai_emulator: {error}", file=sys.stderr)
        return 2
    try:
        uvloop.run(server.run(house, options.port, options.control_port))
    except server.PortError as error:
        print(f"akamai_emulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
