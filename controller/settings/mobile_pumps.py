"""The form of ``mobile_pumps:`` under ``water/``: the vehicles, where they stand by and who sends them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from controller.domain.mobile_pumps import MobilePump
from controller.settings.asset_models import PlaceModel
from controller.settings.context import Context, check_id, place_of
from controller.settings.fields import Model, Positive, Text
from controller.settings.parsing import Entry


class HomeModel(PlaceModel):
    """Where a mobile pump stands by: ``{name: 上城区防汛物资库, lat: 30.25, lon: 120.18}``."""

    name: Text = Field(description="what people call the place")


class MobilePumpModel(Model):
    """One vehicle."""

    id: Text = Field(description="a unified id of class MP: 330102-MP-0001")
    name: Text = Field(description="what people call it")
    home: HomeModel = Field(description="where it stands by: {name: …, lat: 30.25, lon: 120.18}")
    capacity_m3s: Positive = Field(description="what it pumps, m³/s: 0.83 (3000 m³/h)")
    contact: Text = Field(description="the role that sends it, never a person: 上城区防汛值班室")


def mobile_pumps_of(entries: Sequence[Entry[MobilePumpModel]], context: Context) -> dict[str, MobilePump]:
    """The vehicles by id; what is wrong is noted."""
    found: dict[str, MobilePump] = {}
    for entry in entries:
        model, spot = entry.value, entry.spot
        check_id(model.id, {"MP": "mobile pump"}, spot, context)
        home = place_of(model.home, spot.at("home"), context.findings)
        found[model.id] = MobilePump(
            model.id, model.name, model.id[:6], home, model.home.name, model.capacity_m3s, model.contact
        )
    return found
