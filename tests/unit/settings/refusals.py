"""Ways to break the small site in one place, each with the line, message and hint that must come of it."""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """``needle`` stands in the line to be named, once the passage is replaced."""

    file: str
    old: str
    new: str
    needle: str
    message: str
    hint: str


SITE, DIVISIONS, ENDPOINTS = "site/site.yaml", "site/divisions.yaml", "site/endpoints.yaml"
LIGHTS, WATER, PROGRAMS = "site/assets/lights.yaml", "site/assets/water.yaml", "site/lighting/programs.yaml"
INTERLOCKS, CABINET, STATION = "site/water/interlocks.yaml", "profiles/cabinet.yaml", "profiles/station.yaml"

REFUSALS = {
    "unknown key of a file": Broken(
        DIVISIONS, "divisions:\n", "divisons: []\ndivisions:\n", "divisons", "unknown key", "did you mean divisions?"
    ),
    "unknown key of an asset": Broken(
        LIGHTS, "name: 文三路2号箱\n", "name: x\n    roud: 文三路\n", "roud", "unknown key", "did you mean road?"
    ),
    "unknown key of a circuit": Broken(
        LIGHTS, "lights: landscape", "light: landscape", "light: ", "unknown key", "did you mean lights?"
    ),
    "unknown key of timing": Broken(
        SITE, "heartbeat_s: 30", "heartbeet_s: 30", "heartbeet", "unknown key", "did you mean heartbeat_s?"
    ),
    "missing key": Broken(LIGHTS, ", lamps: 4", "", "output: K2", "is missing", ""),
    "number as text": Broken(LIGHTS, "lamps: 4", "lamps: '4'", "K2", "a whole number is wanted", ""),
    "duplicate id": Broken(
        LIGHTS, "id: 330106-LC-0002", "id: '330106-LC-0001'", "'330106", "duplicate id", "lights.yaml:2 has it already"
    ),
    "id of no form": Broken(LIGHTS, "330106-LC-0002", "LC-2", "LC-2", "not a unified id", "330106-LC-0001"),
    "id of an unknown division": Broken(
        LIGHTS, "330106-LC-0002", "330107-LC-0002", "330107", "unknown division", "did you mean 330106?"
    ),
    "id of another class": Broken(
        LIGHTS, "330106-LC-0002", "330106-SP-0002", "SP-0002", "class SP does not belong here", "LC"
    ),
    "two outputs of a cabinet on one register": Broken(
        LIGHTS, "output: K2", "output:  K1", "output:  K1", "duplicate output", "can't share a register"
    ),
    "swapped coordinates": Broken(
        LIGHTS,
        "{lat: 30.25, lon: 120.13}",
        "{lat: 120.13, lon: 30.25}",
        "120.13",
        "outside China",
        "look swapped: {lat: 30.25, lon: 120.13}",
    ),
    "coordinates elsewhere": Broken(
        LIGHTS, "{lat: 30.25, lon: 120.13}", "{lat: 48.85, lon: 2.35}", "2.35", "outside China", "lat 3.5 to 53.6"
    ),
    "unknown profile": Broken(
        LIGHTS, "profile: pole", "profile: pool", "pool", "unknown profile", "did you mean pole?"
    ),
    "asset without profile": Broken(LIGHTS, "profile: pole, ", "", "unit: 3", "is missing", "a file under profiles/"),
    "unknown endpoint": Broken(
        LIGHTS, "endpoint: gw-1, unit: 3", "endpoint: gw-2, unit: 3", "gw-2", "unknown endpoint", "did you mean gw-1?"
    ),
    "endpoint of another protocol": Broken(
        LIGHTS, "endpoint: gw-1, unit: 3", "endpoint: ua-1, unit: 3", "ua-1", "does not speak modbus", "modbus+tcp://"
    ),
    "two devices on one unit": Broken(
        LIGHTS, "unit: 2}", "unit: 1}  # twice", "twice", "two devices on endpoint gw-1, unit 1", "lights.yaml:5"
    ),
    "output the profile lacks": Broken(
        LIGHTS, "output: K2", "output: K7", "K7", "profile cabinet has no point K7.command", "K1, K2, K3, K4"
    ),
    "absent point the profile lacks": Broken(
        LIGHTS, "unit: 3}", "unit: 3, absent: [tilt]}", "tilt", "profile pole has no such point", ""
    ),
    "unknown program": Broken(
        LIGHTS, "program: landscape", "program: landscap", "landscap,", "unknown lighting program", "mean landscape?"
    ),
    "duplicate division": Broken(
        DIVISIONS,
        "divisions:\n",
        "divisions:\n  - {code: 330106, name: a, name_en: b, kind: county, centre: {lat: 30, lon: 120}}\n",
        "西湖区",
        "duplicate division",
        "leave one of them out",
    ),
    "duplicate endpoint": Broken(
        ENDPOINTS,
        "  - {name: ua-1",
        "  - {name: gw-1, url: soft://spare}\n  - {name: ua-1",
        "spare",
        "duplicate endpoint name",
        "endpoints.yaml:2",
    ),
    "two endpoints on one address": Broken(
        ENDPOINTS,
        "endpoints:\n",
        "endpoints:\n  - {name: gw-0, url: modbus+tcp://127.0.0.1:20001}\n",
        "gw-1",
        "duplicate endpoint url",
        "endpoints.yaml:2",
    ),
    "url of no known wire": Broken(
        ENDPOINTS, "modbus+tcp://", "modbus://", "modbus://", "does not have the wanted form", "modbus+tcp://HOST:PORT"
    ),
    "lease longer than its slot": Broken(
        SITE, "maximum: 8h", "maximum: 13h", "13h", "longer than a lease of slot city_manual may be", "at most 12h"
    ),
    "default lease longer than its maximum": Broken(
        SITE, "default: 2h", "default: 9h", "9h", "longer than a lease", "at most its maximum, 8h"
    ),
    "lease of no slot": Broken(
        SITE, "city_manual:", "city_manuel:", "manuel", "not a slot that people lease", "did you mean city_manual?"
    ),
    "duration of no form": Broken(SITE, "default: 2h", "default: 2 hours", "2 hours", "a duration is written 90s", ""),
    "unknown time zone": Broken(
        SITE, "Asia/Shanghai", "Asia/Hangzhou", "Hangzhou", "unknown time zone", "Asia/Shanghai"
    ),
    "polls out of order": Broken(
        SITE, "poll_normal_s: 5", "poll_normal_s: 90", "90", "polls get no slower", "fast ≤ normal ≤ slow"
    ),
    "dead before stale": Broken(
        SITE, "heartbeat_s: 30", "heartbeat_s: 30\n  dead_min_s: 5", "dead_min_s", "dead before it is stale", "10"
    ),
    "heartbeat slower than the fall-back": Broken(
        SITE, "heartbeat_s: 30", "heartbeat_s: 40", "40", "profile station falls back after 60 s", "at most 30"
    ),
    "unknown discharge gate": Broken(WATER, "gate: G1}", "gate: G4}", "G4", "no such gate in this station", ""),
    "gravity gate behind a pump": Broken(
        WATER, "gate: G1}", "gate: G2}", "output: P1", "a gravity gate behind a pump", "discharge gate"
    ),
    "unknown gravity gate": Broken(
        WATER, "gravity: {gate: G2}", "gravity: {gate: G3}", "G3", "no such gate in this station", "G2"
    ),
    "gravity rule on a discharge gate": Broken(
        WATER, "gravity: {gate: G2}", "gravity: {gate: G1}", "gravity: {", "discharge gate can't let water out", "role"
    ),
    "gravity gate that would hunt": Broken(
        WATER, "{gate: G2}", "{gate: G2, close_head_m: 0.2}", "0.2}", "closes at a higher head", "below open_head_m 0.1"
    ),
    "start within the dry-run hold": Broken(
        WATER, "start_m: 1.90", "start_m: 0.65", "0.65", "dry-run hold still acts", "= 0.7"
    ),
    "stop below the dry-run stop": Broken(
        WATER, "span_m: 0.40", "span_m: 1.60", "1.60", "below the dry-run stop", "= 1.5"
    ),
    "automatic without levels": Broken(
        WATER,
        "    levels: {start_m: 1.90, step_m: 0.10, span_m: 0.40, dry_run_m: 0.40}\n",
        "",
        "automatic",
        "automatic control without levels",
        "automatic: false",
    ),
    "level sensor the profile lacks": Broken(
        WATER, "inner_level_2_m]", "inner_level_4_m]", "profile: station", "no point inner_level_4_m", "did you mean"
    ),
    "warning not below guarantee": Broken(
        WATER, "value_m: 2.70", "value_m: 3.30", "3.30", "not below the guarantee level", "3.2"
    ),
    "level without datum": Broken(
        WATER, "value_m: 2.70, datum: 吴淞", "value_m: 2.70", "2.70", "is missing", "levels are dated and have a datum"
    ),
    "level without date": Broken(
        WATER,
        "datum: 吴淞, since: 2021-06-01}\n    guarantee",
        "datum: 吴淞}\n    guarantee",
        "2.70",
        "is missing",
        "since: 2021-07-01",
    ),
    "levels of two datums": Broken(
        WATER, "value_m: 3.20, datum: 吴淞", "value_m: 3.20, datum: 85高程", "85", "can't be compared", "吴淞"
    ),
    "gauge of another class": Broken(
        WATER, "330106-LG-0001", "330106-TG-0001", "TG-0001", "class TG does not belong here", "LG (level gauge)"
    ),
    "time point of no form": Broken(PROGRAMS, "22:00: off", "25:00: off", "25:00", "not a clock time", ""),
    "level of no form": Broken(PROGRAMS, "level: 50%", "level: half", "half", "not a lighting level", ""),
    "rule with an unknown program": Broken(
        PROGRAMS,
        "{landscape: landscape-late}",
        "{landscape: landscape-lat}",
        "lat}",
        "unknown lighting program",
        "did you mean landscape-late?",
    ),
    "rule without a condition": Broken(
        PROGRAMS, "{days: [holiday]}", "{}", "when: {}", "no condition", "one or more of"
    ),
    "rule of an nth weekday that does not exist": Broken(
        PROGRAMS, "{days: [holiday]}", "{nth: {weekdays: [6], of_month: [7]}}", "of_month", "1st to 5th", ""
    ),
    "rule of a festival nobody knows": Broken(
        PROGRAMS, "{days: [holiday]}", "{festivals: {names: [圣诞]}}", "圣诞", "not a festival", ""
    ),
    "rule for a division that is not there": Broken(
        PROGRAMS,
        "    when: {days: [holiday]}\n",
        "    when: {days: [holiday]}\n    only: ['division:330107']\n",
        "330107",
        "no light has this division",
        "did you mean 330106?",
    ),
    "rule for every light of nowhere": Broken(
        PROGRAMS, "use: {landscape: landscape-late}", "every: landscape-late", "every", "which scope", "only:"
    ),
    "program of no edges": Broken(
        PROGRAMS, "edges: {dusk: on, 22:00: off}", "min_burn_min: 5", "id: landscape\n", "no edges", "sunset: on"
    ),
    "program with edges the light sensor overrules": Broken(
        PROGRAMS,
        "edges: {dusk: on, 22:00: off}",
        "edges: {dusk: on, 22:00: off}\n    lux: only",
        "edges: {dusk: on, 22:00: off}",
        "decides here",
        "lux: true",
    ),
    "light sensor with an impossible window": Broken(
        PROGRAMS,
        "edges: {dusk: on, 22:00: off}",
        "edges: {dusk: on, 22:00: off}\n    lux: {mode: astro_and_lux, evening: [10, 20]}",
        "lux:",
        "evening window",
        "",
    ),
    "value condition that does not parse": Broken(
        PROGRAMS,
        "edges: {dusk: on, 22:00: off}",
        "edges: {dusk: on, 22:00: off}\n    values:\n"
        "      - {if: 'pm25 >', from: 20:00, until: 21:00, level: on, title: {zh: 值, en: value}}",
        "pm25",
        "expected",
        "",
    ),
    "value condition on a point the light's cabinet has not": Broken(
        PROGRAMS,
        "edges: {dusk: on, 22:00: off}",
        "edges: {dusk: on, 22:00: off}\n    values:\n"
        "      - {if: 'pm25 > 3', from: 20:00, until: 21:00, level: on, title: {zh: 值, en: value}}",
        "pm25",
        "has no point pm25",
        "",
    ),
    "holiday of another year": Broken(
        PROGRAMS, "[2026-10-01]", "[2027-10-01]", "2027", "belongs into the table of its own year", ""
    ),
    "schedule that burns by day": Broken(
        PROGRAMS,
        "edges: {dusk: on, 22:00: off}",
        "edges: {dusk: on, 22:00: off, 05:30: on}",
        "id: landscape\n",
        "burns lamps by day on",
        "sunrise edge",
    ),
    "interlock of an unknown point": Broken(
        INTERLOCKS, "rack_head_m", "rack_hed_m", "rack_hed_m", "no point rack_hed_m", "did you mean rack_head_m?"
    ),
    "interlock of an unknown target": Broken(
        INTERLOCKS, "330106-PS-0001", "330106-PS-0009", "0009", "no such device or output", "330106-PS-0001"
    ),
    "interlock that doesn't parse": Broken(
        INTERLOCKS, "rack_head_m < 0.3", "rack_head_m <", "rack_head_m <", "expected", ""
    ),
    "trip of a whole station": Broken(
        INTERLOCKS, "kind: permissive", "kind: trip", "target", "a trip acts on one output", "DEVICE/P1"
    ),
    "overlapping registers": Broken(
        CABINET,
        "address: 13",
        "address: 11",
        "energy_kwh",
        "overlapping registers: energy_kwh and control_switch both use holding 12",
        "own address",
    ),
    "two outputs on one register of a profile": Broken(
        CABINET,
        "address: 1, stride: 1",
        "address: 1, stride: 0",
        "command: {",
        "two outputs on one register: K2.command and K1.command both use holding 1",
        "stride",
    ),
    "two feedbacks on one bit": Broken(
        CABINET, "bit_stride: 1, ", "", "feedback: {", "overlapping registers: K2.feedback", "stride"
    ),
    "writable point without feedback": Broken(
        CABINET, "feedback: feedback}", "}", "command: {", "a writable point without feedback", "feedback: none"
    ),
    "feedback that isn't there": Broken(
        STATION, "feedback: mode}", "feedback: mood}", "mood", "no point mood", "did you mean mode?"
    ),
    "command that proves itself": Broken(
        CABINET, "feedback: feedback}", "feedback: command}", "command}", "a command can't prove itself", "independent"
    ),
    "feedback that is writable": Broken(
        STATION, "feedback: mode}", "feedback: heartbeat}", "feedback: heartbeat", "proves nothing", "device alone"
    ),
    "feedback of what can't be written": Broken(
        STATION,
        "running: {type: bool}",
        "running: {type: bool, feedback: fault}",
        "running: {",
        "only a writable point has a feedback",
        "access",
    ),
    "output in a table that can't be written": Broken(
        CABINET,
        "command: {table: holding",
        "command: {table: discrete",
        "command: {",
        "discrete can't be written",
        "coil or a holding register",
    ),
    "enum without labels": Broken(
        STATION,
        "mode: {type: enum, labels: {0: PLC_AUTO, 1: REMOTE}}",
        "mode: {type: enum}",
        "mode: {type: enum}",
        "has labels",
        "labels:",
    ),
    "button without a way back": Broken(
        CABINET,
        "access: read_write, feedback: feedback}",
        "access: read_write, feedback: feedback, pulse: {width_s: 0.5}}",
        "pulse",
        "a button with a state and no button that leads back",
        "opposite",
    ),
    "button whose opposite is missing": Broken(
        CABINET,
        "access: read_write, feedback: feedback}",
        "access: read_write, feedback: feedback, pulse: {width_s: 0.5, opposite: off}}",
        "pulse",
        "no point K1.off",
        "add off, a button too",
    ),
    "button that is its own opposite": Broken(
        CABINET,
        "access: read_write, feedback: feedback}",
        "access: read_write, feedback: feedback, pulse: {width_s: 0.5, opposite: command}}",
        "pulse",
        "can't be its own opposite",
        "other direction",
    ),
    "rate of what has none": Broken(
        CABINET,
        "access: read_write, feedback: feedback}",
        "access: read_write, feedback: feedback, max_rate: 2}",
        "max_rate",
        "has no rate and no rest",
        "for numbers",
    ),
    "uptime that can be written": Broken(
        CABINET,
        "  energy_kwh",
        "  up: {table: holding, address: 20, type: u32, access: read_write, feedback: none, role: uptime}\n"
        "  energy_kwh",
        "up: {",
        "uptime is a number the device alone counts",
        "access: read",
    ),
    "requests in flight on OPC UA": Broken(
        STATION,
        "protocol: opcua\n",
        "protocol: opcua\nin_flight: 4\n",
        "in_flight",
        "only Modbus TCP counts",
        "leave it",
    ),
    "profile under another name": Broken(
        CABINET, "id: cabinet", "id: cabinett", "cabinett", "a profile's id is its file's name", "say id: cabinet"
    ),
    "Modbus point without address": Broken(
        "profiles/gauge.yaml", "address: 0, ", "", "level_m", "needs its table and address", "address: 0"
    ),
    "command that is not writable in the profile": Broken(
        "profiles/pole.yaml", "access: read_write, feedback: L1.level, ", "", "", "", ""
    ),
    "bit that is written alone": Broken(
        CABINET,
        "  energy_kwh",
        "  reset: {table: holding, address: 20, type: bit, access: read_write, feedback: none}\n  energy_kwh",
        "reset",
        "one bit of a word can't be written alone",
        "coil or a register of its own",
    ),
    "heartbeat that can't be written": Broken(
        STATION,
        "heartbeat: {type: u16, access: read_write, feedback: none,",
        "heartbeat: {type: u16,",
        "heartbeat: {",
        "the heartbeat can't be written",
        "access: read_write",
    ),
    "range the wrong way round": Broken(
        STATION,
        "rack_head_m: {type: f64",
        "rack_head_m: {low: 5, high: 0, type: f64",
        "low: 5",
        "not below high",
        "swap",
    ),
    "point past the end of its table": Broken(
        CABINET, "address: 13", "address: 65535", "energy_kwh", "runs past the end of the table", "stride"
    ),
    "day that doesn't exist": Broken(
        PROGRAMS, "[2026-10-01]", "[2026-02-30]", "2026-02-30", "a date is wanted: YYYY-MM-DD", ""
    ),
    "duplicate key": Broken(
        SITE, "  poll_fast_s: 1\n", "  poll_fast_s: 1\n  poll_fast_s: 2\n", "poll_fast_s: 2", "duplicate key", "line 4"
    ),
    "not YAML": Broken(SITE, "  port: 8080", "  port: [8080", "", "not YAML", ""),
}
ELSEWHERE = {"command that is not writable in the profile", "not YAML"}
