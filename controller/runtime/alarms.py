"""Alarms, as every other part of the runtime speaks of them."""

from __future__ import annotations

from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.alarm import Alarm, Priority
from controller.runtime.alarming.book import AlarmBook, Listener

__all__ = ["Alarm", "AlarmBook", "AlarmState", "Listener", "Priority"]
