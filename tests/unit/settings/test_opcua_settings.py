"""``opcua:`` of an endpoint: what it becomes, and what ``zhadao check`` finds, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings import check_site, load_site, look_over
from drivers.opcua.options import OPEN, CertificateSignIn, PasswordSignIn, Policy, Security, UaOptions
from drivers.profile import Poll, Role
from tests.contract.peers.secure import pair
from tests.integration.node_opcua_peer import as_pem
from tests.unit.settings.small_site import changed, write_site

ENDPOINT = "  - {name: ua-1, url: opc.tcp://127.0.0.1:21001}\n"


def with_options(tmp_path: Path, options: str, url: str = "opc.tcp://127.0.0.1:21001") -> Path:
    written = f"  - name: ua-1\n    url: {url}\n    opcua: {options}\n" if options else ENDPOINT
    return write_site(tmp_path, changed("site/endpoints.yaml", ENDPOINT, written))


def secrets(site: Path) -> Path:
    folder = site / "secrets"
    folder.mkdir()
    word = folder / "west.password"
    word.write_text("a-secret-word\n", encoding="utf-8")
    word.chmod(0o600)
    person, key = pair("urn:here:operator", "here")
    (folder / "user.pem").write_bytes(as_pem(person))
    (folder / "user.key").write_bytes(key)
    (folder / "user.key").chmod(0o600)
    return folder


def options_of(site: Path) -> UaOptions:
    return next(endpoint for endpoint in load_site(site).endpoints if endpoint.name == "ua-1").opcua


def found(site: Path) -> list[str]:
    return [str(problem).removeprefix(f"{site}/") for problem in check_site(site)[1]]


def test_a_server_on_this_machine_needs_no_options(tmp_path: Path) -> None:
    assert options_of(with_options(tmp_path, "")) == OPEN


def test_all_of_it_is_taken_up(tmp_path: Path) -> None:
    site = with_options(
        tmp_path,
        "{security: sign_and_encrypt, policy: Aes256_Sha256_RsaPss, user: zhadao, "
        "password_file: secrets/west.password, names: [plc-west], keepalive_s: 5.0, queue: 3, "
        "sampling_s: {fast: 0.5}, deadband: {slow: 2.0}}",
        "opc.tcp://10.3.1.20:4840/UA",
    )
    secrets(site)
    assert found(site) == []
    assert options_of(site) == UaOptions(
        security=Security.SIGN_AND_ENCRYPT,
        policy=Policy.AES256_SHA256_RSAPSS,
        sign_in=PasswordSignIn("zhadao", site / "secrets" / "west.password"),
        names=("plc-west",),
        keepalive_s=5.0,
        queue=3,
        sampling_s={Poll.FAST: 0.5},
        deadbands={Poll.SLOW: 2.0},
    )


def test_a_users_certificate_is_taken_up(tmp_path: Path) -> None:
    site = with_options(tmp_path, "{security: sign, user_certificate: secrets/user.pem, user_key: secrets/user.key}")
    folder = secrets(site)
    assert found(site) == []
    assert options_of(site).sign_in == CertificateSignIn(folder / "user.pem", folder / "user.key")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{policy: Basic256Sha256}", "security: is missing"),
        ("{security: most}", "not one of the known words"),
        ("{security: sign, policy: Basic128Rsa15}", "not one of the known words"),
        ("{security: sign, user: zhadao}", "password_file is missing"),
        ("{security: sign, password_file: secrets/west.password}", "user is missing"),
        ("{security: none, user: zhadao, password_file: secrets/west.password}", "cross the network in clear"),
        ("{security: sign, user: zhadao, password_file: secrets/none}", "cannot be read"),
        ("{security: sign, user_certificate: secrets/user.pem}", "user_key is missing"),
        ("{security: sign, user_certificate: secrets/user.key, user_key: secrets/user.key}", "cannot be used"),
        ("{security: none, user_certificate: secrets/user.pem, user_key: secrets/user.key}", "proves nothing"),
        ("{security: sign, user: z, password_file: secrets/west.password, user_key: secrets/user.key}", "two ways"),
        ("{security: sign, password: a-secret-word}", "unknown key"),
        ("{security: sign, queue: 0}", "greater than or equal to 1"),
        ("{security: sign, sampling_s: {often: 1.0}}", "sampling_s"),
    ],
)
def test_what_does_not_go_together_is_found_at_its_line(tmp_path: Path, options: str, said: str) -> None:
    site = with_options(tmp_path, options)
    secrets(site)
    problems = found(site)
    assert len(problems) == 1, problems
    assert said in problems[0]
    assert problems[0].startswith("endpoints.yaml:5: endpoints[ua-1].opcua")
    assert "a-secret-word" not in problems[0]


@pytest.mark.parametrize("file", ["west.password", "user.key"])
def test_a_secret_others_can_read_is_found(tmp_path: Path, file: str) -> None:
    ways = {
        "west.password": "user: z, password_file: secrets/west.password",
        "user.key": "user_certificate: secrets/user.pem, user_key: secrets/user.key",
    }
    site = with_options(tmp_path, f"{{security: sign, {ways[file]}}}")
    (secrets(site) / file).chmod(0o640)
    problems = found(site)
    assert len(problems) == 1
    assert "chmod 600" in problems[0]


def test_a_server_on_the_network_says_how_it_is_protected(tmp_path: Path) -> None:
    site = write_site(tmp_path, changed("site/endpoints.yaml", "opc.tcp://127.0.0.1", "opc.tcp://10.3.1.20"))
    problems = found(site)
    assert len(problems) == 1
    assert "nothing says how it is protected" in problems[0]
    assert found(with_options(tmp_path / "b", "{security: none}", "opc.tcp://10.3.1.20:4840")) == []


def test_options_on_another_wire_are_found(tmp_path: Path) -> None:
    gateway = "url: modbus+tcp://127.0.0.1:20001}"
    text = changed("site/endpoints.yaml", gateway, gateway[:-1] + ", opcua: {security: none}}")
    assert ["only an opc.tcp:// endpoint" in one for one in found(write_site(tmp_path, text))] == [True]


# -- the profile's part -----------------------------------------------------------------------------------------


def profile_with(tmp_path: Path, *lines: str) -> Path:
    name = "profiles/station.yaml"
    text = changed(
        name,
        "heartbeat_s: 60\npoints:\n",
        "heartbeat_s: 60\npoints:\n" + "".join(f"  {line}\n" for line in lines),
    )
    return write_site(tmp_path, text)


def test_methods_and_the_alive_counter_are_taken_up(tmp_path: Path) -> None:
    site = load_site(
        profile_with(
            tmp_path,
            "beat: {type: u16, role: alive, poll: fast}",
            "reset: {type: bool, access: read_write, feedback: none, method: Reset, method_off: Set, object: Plc}",
            "goal: {type: f64, access: read_write, feedback: none, method: Move, object: Plc, node: Goal}",
        )
    )
    points = site.profiles["station"].points
    assert points["beat"].role is Role.ALIVE
    assert (points["reset"].method, points["reset"].method_off, points["reset"].object) == ("Reset", "Set", "Plc")
    assert points["reset"].node == "", "a method is not read"
    assert points["goal"].node == "Goal"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x: {type: bool, method: Reset, object: Plc}", "a method is an output"),
        ("x: {type: bool, access: read_write, feedback: none, method: Reset}", "called on an object"),
        ("x: {type: bool, object: Plc}", "go with a method"),
        (
            "x: {type: u16, access: read_write, feedback: none, method: A, method_off: B, object: Plc}",
            "only a bool has a method for each direction",
        ),
        ("x: {type: u16, access: read_write, feedback: none, role: alive}", "itself moves its alive counter"),
    ],
)
def test_a_method_or_counter_that_cannot_work_is_found(tmp_path: Path, line: str, said: str) -> None:
    problems = found(profile_with(tmp_path, line))
    assert [said in problem for problem in problems] == [True], problems


def with_key(tmp_path: Path, line: str, *points: str) -> Path:
    here = profile_with(tmp_path, *points)
    (file,) = here.parent.rglob("profiles/station.yaml")
    file.write_text(file.read_text("utf-8").replace("heartbeat_s: 60\n", f"heartbeat_s: 60\n{line}\n"), "utf-8")
    return here


def test_a_station_of_which_nothing_tells_that_it_stands_still_is_warned_of_with_its_line(tmp_path: Path) -> None:
    (warning,) = look_over(profile_with(tmp_path / "none")).warnings
    assert "profiles/station.yaml:" in str(warning)
    assert "role: alive" in str(warning)
    assert "PLC 停止" in str(warning)
    assert look_over(profile_with(tmp_path / "beat", "beat: {type: u16, role: alive}")).warnings == []
    level = "lake_m: {type: f64, poll: fast}"
    own = look_over(with_key(tmp_path / "own", "frozen_after_s: 600", level))
    assert (own.problems, own.warnings) == ([], [])
    assert own.site is not None
    (binding,) = [b for e in own.site.endpoints for b in e.devices if b.frozen_after_s]
    assert binding.frozen_after_s == 600.0


@pytest.mark.parametrize(
    ("line", "point", "said"),
    [
        ("frozen_after_s: 600", "beat: {type: u16, role: alive}", "alive counter, which tells sooner"),
        ("frozen_after_s: 5", "lake_m: {type: f64, poll: fast}", "30"),
    ],
)
def test_a_watch_that_cannot_work_is_found(tmp_path: Path, line: str, point: str, said: str) -> None:
    (problem,) = found(with_key(tmp_path, line, point))
    assert said in problem
    assert "station.yaml" in problem


def test_a_watch_over_no_fast_measurement_is_found(tmp_path: Path) -> None:
    here = with_key(tmp_path, "frozen_after_s: 600")
    (file,) = here.parent.rglob("profiles/station.yaml")
    file.write_text(file.read_text("utf-8").replace(", poll: fast", ""), "utf-8")
    (problem,) = found(here)
    assert "no fast measurement could show that it moves" in problem


def test_a_second_alive_counter_and_one_on_modbus_are_found(tmp_path: Path) -> None:
    two = found(profile_with(tmp_path, "a: {type: u16, role: alive}", "b: {type: u16, role: alive}"))
    assert ["second alive point" in problem for problem in two] == [True]
    line = "points:\n  beat: {table: holding, address: 99, type: u16, role: alive}\n"
    modbus = found(
        write_site(tmp_path / "m", changed("profiles/cabinet.yaml", "fc23: true\npoints:\n", f"fc23: true\n{line}"))
    )
    assert ["only OPC UA stations" in problem for problem in modbus] == [True]
