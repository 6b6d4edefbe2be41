"""How far a value may be trusted."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Quality(IntEnum):
    """GOOD > UNCERTAIN > BAD; ``min`` of several qualities is the quality of what is computed from them."""

    BAD = 0
    UNCERTAIN = 1
    GOOD = 2


class Detail(StrEnum):
    """Why a quality is not GOOD."""

    NONE = ""
    OLD_DATA = "old_data"
    OUT_OF_RANGE = "out_of_range"
    FAILURE = "failure"
    FROZEN = "frozen"
    INCONSISTENT = "inconsistent"
    SUBSTITUTED = "substituted"
    TEST = "test"
    COMM_FAULT = "comm_fault"
    CONFIG_ERROR = "config_error"
    NEVER_READ = "never_read"
