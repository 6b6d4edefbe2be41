"""The water response declared over each station, as a source of ``WaterAround.response``."""

from __future__ import annotations

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.runtime.conditions.declaration_book import DeclarationBook


class DeclaredResponse:
    """Response levels by station: 4 (Ⅳ) … 1 (Ⅰ, gravest); None where nothing is declared for water."""

    def __init__(self, book: DeclarationBook) -> None:
        self._book = book

    def look(self, image: Image, moment: Moment) -> int:
        """How often what is declared has changed."""
        del image, moment
        return self._book.changes

    def at(self, station: DeviceId) -> int | None:
        """The gravest response declared for water over a station."""
        return self._book.response_level(station)
