"""A whole site in a few lines, for tests that break it in one place."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "site/site.yaml": """\
name: Small
timezone: Asia/Shanghai
timing:
  poll_fast_s: 1
  poll_normal_s: 5
  poll_slow_s: 60
  heartbeat_s: 30
leases:
  city_manual: {default: 2h, maximum: 8h}
api:
  port: 8080
""",
    "site/divisions.yaml": """\
divisions:
  - {code: 330106, name: 西湖区, name_en: Xihu, kind: district, centre: {lat: 30.25, lon: 120.13}}
""",
    "site/endpoints.yaml": """\
endpoints:
  - {name: gw-1, url: modbus+tcp://127.0.0.1:20001}
  - {name: ua-1, url: opc.tcp://127.0.0.1:21001}
""",
    "site/assets/lights.yaml": """\
cabinets:
  - id: 330106-LC-0001
    name: 文三路1号箱
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: cabinet, endpoint: gw-1, unit: 1}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}
      - {output: K2, name: trees, program: landscape, lights: landscape, lamps: 4, lamp_w: 30}
  - id: 330106-LC-0002
    name: 文三路2号箱
    place: {lat: 30.26, lon: 120.14}
    wire: {profile: cabinet, endpoint: gw-1, unit: 2}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}
poles:
  - id: 330106-SP-0001
    name: 1号灯杆
    place: {lat: 30.26, lon: 120.14}
    wire: {profile: pole, endpoint: gw-1, unit: 3}
    luminaires: [{output: L1, program: all-night, rated_w: 120}]
    displays: [D1]
""",
    "site/assets/water.yaml": """\
stations:
  - id: 330106-PS-0001
    name: 五堡
    kind: drainage
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: station, endpoint: ua-1}
    inner_levels: [inner_level_1_m, inner_level_2_m]
    outer_level: outer_level_m
    levels: {start_m: 1.90, step_m: 0.10, span_m: 0.40, dry_run_m: 0.40}
    gravity: {gate: G2}
    automatic: true
    units:
      - {output: P1, pump: axial, flow_m3s: 10, power_kw: 500, rated_a: 34, gate: G1}
    gates:
      - {output: G1, role: discharge, travel_s: 30}
      - {output: G2, role: gravity, travel_s: 120}
gauges:
  - id: 330106-LG-0001
    name: 拱宸桥
    kind: level
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: gauge, endpoint: gw-1, unit: 9}
    warning: {value_m: 2.70, datum: 吴淞, since: 2021-06-01}
    guarantee: {value_m: 3.20, datum: 吴淞, since: 2021-06-01}
""",
    "site/lighting/programs.yaml": """\
programs:
  - id: all-night
    title: {zh: 全夜灯, en: All night}
    edges: {sunset: on, sunrise: off}
  - id: landscape
    title: {zh: 景观, en: Landscape}
    edges: {dusk: on, 22:00: off}
  - id: landscape-late
    title: {zh: 景观节日, en: Landscape late}
    edges: {dusk: on, 23:30: off}
    savings: [{from: 23:00, level: 50%}]
rules:
  - name: holidays
    when: {days: [holiday]}
    use: {landscape: landscape-late}
holidays:
  - {year: 2026, issued: 2025-11-04, holidays: [2026-10-01], make_up_workdays: [2026-10-10]}
""",
    "site/water/interlocks.yaml": """\
interlocks:
  - id: rack-clear
    kind: permissive
    target: 330106-PS-0001
    action: start
    condition: rack_head_m < 0.3
    on_bad: ask
    text: {zh: 拦污栅堵塞, en: the rack is blocked}
    clear: {zh: 清污, en: clean it}
""",
    "profiles/cabinet.yaml": """\
id: cabinet
title: Cabinet
protocol: modbus
heartbeat_s: 300
fc23: true
points:
  heartbeat: {table: holding, address: 0, type: u16, access: read_write, feedback: none, role: heartbeat, poll: slow}
  control_switch: {table: holding, address: 12, type: enum, labels: {0: LOCAL, 1: REMOTE, 2: OFF}}
  energy_kwh: {table: holding, address: 13, type: u32, scale: 0.01, poll: slow}
groups:
  - name: K
    count: 4
    points:
      command: {table: holding, address: 1, stride: 1, type: bool, access: read_write, feedback: feedback}
      feedback: {table: holding, address: 9, bit_stride: 1, type: bit}
""",
    "profiles/pole.yaml": """\
id: pole
title: Pole
protocol: modbus
points:
  L1.level_command: {table: holding, address: 0, type: u16, access: read_write, feedback: L1.level, low: 0, high: 100}
  L1.level: {table: holding, address: 1, type: u16}
  D1.text_command: {table: holding, address: 2, type: string, length: 8, access: read_write, feedback: D1.text}
  D1.text: {table: holding, address: 10, type: string, length: 8}
""",
    "profiles/station.yaml": """\
id: station
title: Station
protocol: opcua
namespace: urn:test
heartbeat_s: 60
points:
  heartbeat: {type: u16, access: read_write, feedback: none, role: heartbeat}
  mode_command: {type: enum, labels: {0: PLC_AUTO, 1: REMOTE}, access: read_write, feedback: mode}
  mode: {type: enum, labels: {0: PLC_AUTO, 1: REMOTE}}
  control_switch: {type: enum, labels: {0: LOCAL, 1: REMOTE, 2: OFF}}
  inner_level_1_m: {type: f64, unit: m, poll: fast}
  inner_level_2_m: {type: f64, unit: m, poll: fast}
  inner_level_3_m: {type: f64, unit: m, poll: fast}
  outer_level_m: {type: f64, unit: m}
  rack_head_m: {type: f64, unit: m}
groups:
  - name: P
    count: 2
    points:
      run_command: {type: bool, access: read_write, feedback: running}
      running: {type: bool}
      current_a: {type: f64}
      fault: {type: bool}
      available: {type: bool}
  - name: G
    count: 3
    points:
      position_command: {type: f64, access: read_write, feedback: position_percent}
      position_percent: {type: f64}
      open_limit: {type: bool}
      closed_limit: {type: bool}
      fault: {type: bool}
""",
    "profiles/gauge.yaml": """\
id: gauge
title: Gauge
protocol: modbus
points:
  level_m: {table: input, address: 0, type: i32, scale: 0.001, unit: m}
""",
}


def write_site(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write the files and give the site's folder."""
    for name, text in (FILES | (files or {})).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "site"


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The file with one passage replaced; the passage must be there once."""
    assert FILES[name].count(old) == 1, f"{old!r} stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}


def line_of(text: str, needle: str) -> int:
    """The line (from 1) where the needle stands."""
    assert text.count(needle) == 1, f"{needle!r} stands {text.count(needle)} times"
    return text[: text.index(needle)].count("\n") + 1
