"""The small city at a tidal river with clean water to bring in: the files it takes."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.unit.settings import small_site

INTAKE, QUALITY, OUTFALL = "330106-PS-0002", "330106-WQ-0001", "330106-PS-0001"
TIDE_FILE, DIVERSION_FILE, QUALITY_FILE = "site/water/tide.yaml", "site/water/diversion.yaml", "site/water/quality.yaml"
CSV_FILE = "site/water/tide-river.csv"

TIDE = """\
tides:
  waters:
    - id: river
      title: {zh: 江, en: River}
      gauges: [330106-PS-0001/outer_level_m, 330106-PS-0002/outer_level_m]
      bore: {margin: 30m}
  tables:
    - {file: tide-river.csv, of: river}
"""
DIVERSION = """\
diversion:
  bringers:
    - station: 330106-PS-0002
      full_m: 2.4
      sources: [330106-WQ-0001]
      mountain_flood: {turbidity: 330106-WQ-0001/turbidity_ntu, turbidity_ntu: 300}
  programs:
    - id: evening
      title: {zh: 晚间引水, en: evening intake}
      station: 330106-PS-0002
      units: 1
      when: [{from: "18:00", until: "20:00"}]
    - id: fill
      title: {zh: 补水, en: fill}
      station: 330106-PS-0002
      gates: {G2: 60}
      fill: {below_m: 1.2, to_m: 1.5}
    - id: flush
      title: {zh: 换水, en: flush}
      station: 330106-PS-0002
      units: 1
      flush: {outfall: 330106-PS-0001, floor_m: 1.0}
    - id: freshen
      title: {zh: 改善水质, en: freshen}
      station: 330106-PS-0002
      units: 1
      freshen: {gauge: 330106-WQ-0001/oxygen_mg_l, worse_than: 4.0, good_at: 6.0}
"""
LIMITS = """\
water_quality:
  limits:
    turbidity_ntu: {fit: 40, unfit: 60, blue: 40, yellow: 60}
    oxygen_mg_l: {fit: 5.5, unfit: 5.0, blue: 5.5, trend: {by: 1.0, within: 1h}}
  gauges:
    - gauge: 330106-WQ-0001
"""
ASSETS = (
    small_site.FILES["site/assets/water.yaml"]
    .replace("    outer_level: outer_level_m\n", "    outer_level: outer_level_m\n    outer_water: river\n")
    .replace(
        "gauges:\n",
        """\
  - id: 330106-PS-0002
    name: 珊瑚沙
    kind: intake
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: station, endpoint: ua-1}
    inner_levels: [inner_level_1_m, inner_level_2_m]
    outer_level: outer_level_m
    outer_water: river
    units:
      - {output: P1, pump: axial, flow_m3s: 3, power_kw: 160, rated_a: 300, gate: G1, direction: divert}
    gates:
      - {output: G1, role: discharge, travel_s: 30}
      - {output: G2, role: intake, travel_s: 90}
gauges:
  - id: 330106-WQ-0001
    name: 珊瑚沙水质
    kind: quality
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: quality, endpoint: gw-1, unit: 10}
""",
    )
)
QUALITY_PROFILE = """\
id: quality
title: Quality
protocol: modbus
points:
  turbidity_ntu: {table: input, address: 0, type: f32, unit: NTU}
  ammonia_mg_l: {table: input, address: 4, type: f32, unit: mg/L}
  oxygen_mg_l: {table: input, address: 2, type: f32, unit: mg/L}
"""


def csv_text(begins: datetime, tides: int = 40) -> str:
    """High and low water every 6 h 12 min from a moment on, and a bore after every second low water."""
    rows = ["# of: river", "# source: office", "# issued: 2026-06-01 08:00", "time,high_low,level_m,bore,bore_m"]
    for number in range(tides):
        at = begins + timedelta(hours=6.2 * number)
        high = number % 2 == 0
        bore = f"{at + timedelta(hours=1.5):%Y-%m-%d %H:%M}" if number % 4 == 1 else ""
        height = "0.50" if bore else ""
        rows.append(f"{at:%Y-%m-%d %H:%M},{'high' if high else 'low'},{3.9 if high else 1.1},{bore},{height}")
    return "\n".join(rows) + "\n"


FILES = {
    "site/assets/water.yaml": ASSETS,
    "profiles/quality.yaml": QUALITY_PROFILE,
    TIDE_FILE: TIDE,
    DIVERSION_FILE: DIVERSION,
    QUALITY_FILE: LIMITS,
    CSV_FILE: csv_text(datetime(2026, 6, 20, 3, 0)),  # noqa: DTZ001 - local times of a printed table
}
