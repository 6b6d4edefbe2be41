"""The one place where the parts of a controller are put together, started, swapped and stopped."""

from controller.assembly.parts import Assembly

__all__ = ["Assembly"]
