"""Dispatch orders (调度令): what was ordered, by whom, on what grounds, and how far it came. Pure."""
