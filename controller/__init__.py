"""zhadao 闸刀: the controller of a city's street lights and water stations."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("zhadao")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+source"
