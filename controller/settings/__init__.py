"""A site's folder, read and checked: pydantic at the edge, frozen dataclasses inside."""

from controller.settings.api import ApiSettings
from controller.settings.checks import Checked, check_site, look_over
from controller.settings.diff import SiteDiff, diff_sites
from controller.settings.leases import LeaseLimits, LeaseRules
from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems, Problem
from controller.settings.site import Division, Site, Wire
from controller.settings.timing import Timing

__all__ = [
    "ApiSettings",
    "Checked",
    "ConfigProblems",
    "Division",
    "LeaseLimits",
    "LeaseRules",
    "Problem",
    "Site",
    "SiteDiff",
    "Timing",
    "Wire",
    "check_site",
    "diff_sites",
    "load_site",
    "look_over",
]
