"""The controller as HTTP and WebSocket see it: routes, input checks, the live stream, the status page."""

from controller.api.app import create_app

__all__ = ["create_app"]
