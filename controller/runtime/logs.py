"""How log lines look: plain for people, JSON lines on demand. Everything goes to standard error."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(*, as_json: bool, quiet: bool = False) -> None:
    """Set up structlog for the process; ``quiet`` keeps only warnings (a live view owns the terminal)."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    for library in ("pymodbus", "asyncua", "uvicorn", "websockets"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """A logger to what standard error is now: it may be another file later (a test's, a redirection)."""
    return structlog.PrintLogger(sys.stderr)
