"""Routes to the desks of a running controller, one file per desk."""

from controller.api.desks import (
    alarms,
    bypasses,
    handling,
    leases,
    notices,
    orders,
    people,
    proposals,
    requests,
    selections,
    states,
    switches,
    tags,
    timetables,
    wet_power,
)

ROUTERS = tuple(
    desk.router
    for desk in (
        orders,
        selections,
        proposals,
        requests,
        leases,
        alarms,
        handling,
        notices,
        tags,
        switches,
        states,
        bypasses,
        wet_power,
        timetables,
        people,
    )
)

__all__ = ["ROUTERS"]
