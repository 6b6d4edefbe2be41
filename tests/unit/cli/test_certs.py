"""``zhadao certs``: made, shown, compared by telephone, trusted, taken back."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.cli.app import app
from drivers.opcua.certificates import certificate_in
from drivers.opcua.pki import Met, Pki
from tests.contract.peers.secure import pair

NOW = datetime.now(UTC)
STATION, _ = pair("urn:plc-west", "10.3.1.20", begins=NOW - timedelta(days=1))
MET = Met("ua-west", "opc.tcp://10.3.1.20:4840", "2026-06-21T08:00:00+00:00", ("it ran out",))


class Typing:
    """The command line on a data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.pki = Pki(data / "pki")

    def __call__(self, *words: str, said: str = "") -> Result:
        return CliRunner().invoke(app, ["certs", *words, "--data", str(self.data)], input=said)


@pytest.fixture
def certs(tmp_path: Path) -> Typing:
    return Typing(tmp_path / "data")


def test_create_makes_a_pair_only_its_owner_can_read_and_says_what_to_do_next(certs: Typing) -> None:
    made = certs("create", "--name", "centre.local", "--name", "10.0.0.5")
    assert made.exit_code == 0, made.output
    own = certs.pki.own()
    assert own.names == ("centre.local", "10.0.0.5")
    assert own.application_uri.endswith(":zhadao")
    assert str(certs.pki.certificate_file) in made.output
    assert stat.S_IMODE(certs.pki.key_file.stat().st_mode) == 0o600
    assert "PRIVATE" not in made.output


def test_create_never_puts_a_new_one_in_place_unasked_and_keeps_the_old_when_asked(certs: Typing) -> None:
    certs("create")
    first = certs.pki.own()
    again = certs("create")
    assert again.exit_code == 1
    assert "--renew" in again.output
    assert certs.pki.own() == first
    renewed = certs("create", "--renew")
    assert renewed.exit_code == 0
    assert certs.pki.own() != first
    kept = list((certs.pki.path / "own").glob("before-*/certificate.der"))
    assert [certificate_in(file.read_bytes()) for file in kept] == [first]


def test_show_gives_both_fingerprints_in_groups_and_writes_the_file_to_carry(certs: Typing, tmp_path: Path) -> None:
    certs("create")
    out = tmp_path / "zhadao.pem"
    shown = certs("show", "--out", str(out), "--pem").output
    own = certs.pki.own()
    assert own.fingerprint.upper()[:4] + " " + own.fingerprint.upper()[4:8] in shown
    assert own.thumbprint.upper()[:4] + " " + own.thumbprint.upper()[4:8] in shown
    assert certificate_in(out.read_bytes()) == own


def test_without_a_certificate_it_says_how_to_make_one(certs: Typing) -> None:
    assert "zhadao certs create" in certs("show").output
    assert "zhadao certs create" in certs("list").output


def test_list_shows_where_a_waiting_certificate_was_met_and_the_command(certs: Typing) -> None:
    certs.pki.ask(STATION, MET)
    listed = certs("list").output
    assert "ua-west opc.tcp://10.3.1.20:4840" in listed
    assert f"zhadao certs trust FINGERPRINT --data {certs.data}" in listed


@pytest.mark.parametrize("print_", ["fingerprint", "thumbprint"])
def test_trust_wants_the_last_digits_as_the_other_side_reads_them(certs: Typing, print_: str) -> None:
    certs.pki.ask(STATION, MET)
    digits = getattr(STATION, print_).upper()
    trusted = certs("trust", STATION.short, said=f"{digits[-4:-2]} {digits[-2:]}\n")
    assert trusted.exit_code == 0, trusted.output
    assert certs.pki.trusted() == [STATION]
    assert certs.pki.rejected() == []
    assert "beware 注意        it ran out" in trusted.output


@pytest.mark.parametrize("said", ["", "0000\n", "\n", "7\n"])
def test_other_digits_trust_nothing(certs: Typing, said: str) -> None:
    certs.pki.ask(STATION, MET)
    assert certs("trust", STATION.short, said=said).exit_code != 0
    assert certs.pki.trusted() == []


def test_trust_takes_a_file_brought_from_the_station(certs: Typing, tmp_path: Path) -> None:
    file = tmp_path / "plc.der"
    file.write_bytes(STATION.der)
    assert certs("trust", str(file), "--yes").exit_code == 0
    assert certs.pki.trusts(STATION)
    nonsense = tmp_path / "plc.txt"
    nonsense.write_text("hello", encoding="utf-8")
    assert "holds no certificate" in certs("trust", str(nonsense), "--yes").output


def test_a_certificate_the_link_would_refuse_all_the_same_is_not_trusted(certs: Typing) -> None:
    old, _ = pair("urn:plc-old", "10.3.1.20", begins=NOW - timedelta(days=200))
    certs.pki.ask(old, MET)
    refused = certs("trust", old.short, "--yes")
    assert refused.exit_code == 1
    assert "已于" in refused.output
    assert certs.pki.trusted() == []


def test_reject_takes_trust_back_and_remove_forgets(certs: Typing) -> None:
    certs.pki.trust(STATION)
    assert certs("reject", STATION.short, said="n\n").exit_code == 1
    assert certs.pki.trusts(STATION)
    assert certs("reject", STATION.short, said="y\n").exit_code == 0
    assert not certs.pki.trusts(STATION)
    assert [one for one, _ in certs.pki.rejected()] == [STATION]
    assert certs("remove", STATION.short).exit_code == 0
    assert certs.pki.rejected() == []


@pytest.mark.parametrize(("which", "said"), [("3f2a", "too short"), ("0" * 16, "no one certificate begins with")])
def test_a_name_that_is_no_certificate_is_one_sentence(certs: Typing, which: str, said: str) -> None:
    assert said in certs("trust", which).output
