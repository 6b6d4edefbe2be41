"""``zhadao demo``: a simulated city in one process, the real controller in another, one demo time in both."""

from __future__ import annotations

from controller.runtime.startup import hurry
from hil.demo_parts import Demo, DemoTime, FieldOrder, field_process


def run_demo(demo: Demo) -> int:
    """Run the demo until Ctrl-C; the exit code.

    Raises:
        ControllerError: in one sentence what is in the way.
    """
    hurry()
    demo_time = DemoTime.beginning(demo.at, demo.speed)
    order = FieldOrder(str(demo.config), demo_time, demo.free_ports, demo.log_json)
    with field_process(order) as field:
        from hil.demo_controller import control  # the field starts while this process imports

        return control(demo, demo_time, field)
