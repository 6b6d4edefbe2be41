"""Routes to the desks of a running controller, one file per desk."""

from controller.api.desks import (
    alarms,
    bypasses,
    drafts,
    handling,
    leases,
    light_faults,
    light_figures,
    lighting_plan,
    notices,
    orders,
    people,
    poles,
    proposals,
    requests,
    selections,
    states,
    switches,
    switching,
    tags,
    timetables,
    weather,
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
        switching,
        wet_power,
        light_faults,
        timetables,
        light_figures,
        weather,
        lighting_plan,
        drafts,
        poles,
        people,
    )
)

__all__ = ["ROUTERS"]
