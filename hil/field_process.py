"""The demo's field as a process: ``python -m hil.field_process ORDER``, ORDER being one line of JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

from controller.runtime.startup import hurry


def main() -> int:
    """Serve the field the order asks for until standard input closes; errors go up the pipe as one JSON line."""
    hurry()
    import uvloop

    from controller.domain.errors import ControllerError
    from controller.runtime.clocks import ScaledClock
    from controller.runtime.logs import configure_logs
    from controller.runtime.pace import paced
    from controller.settings.load import load_site
    from hil.drills.field_side import drilled
    from hil.sim_process import run_field
    from hil.world import load_world

    order = json.loads(sys.argv[1])
    configure_logs(as_json=order["log_json"], quiet=True)
    config, time = Path(order["config"]), order["time"]
    try:
        site, world = paced(load_site(config), time["speed"]), load_world(config / "world.yaml")
        clock = ScaledClock(datetime.fromisoformat(time["start"]), time["speed"], time["origin_s"])
        beside = None
        if order["drill"]:
            site, world, beside = drilled(Path(order["drill"]), site, world, clock)
        free = bool(order["free_ports"])
        uvloop.run(run_field(site, world, clock, ephemeral_ports=free, until_stdin_closes=True, beside=beside))
    except ControllerError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 2
    return 0


if __name__ == "__main__":
    # Ctrl-C on a terminal reaches this process only through its parent, which closes our standard input.
    os.umask(0o077)
    sys.exit(main())
