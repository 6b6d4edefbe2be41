"""``evidence:`` and ``backups:`` of ``site.yaml``: what they give, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.diff import diff_sites
from controller.settings.evidence import BackupSettings, EvidenceSettings
from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.settings.small_site import write_site


def site_with(folder: Path, more: str) -> Path:
    site = write_site(folder)
    file = site / "site.yaml"
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    return site


def test_what_is_said_is_taken(tmp_path: Path) -> None:
    text = "evidence: {second: /mnt/evidence}\nbackups: {every: 6h, keep: 3, folder: /mnt/backups}\n"
    site = load_site(site_with(tmp_path, text))
    assert site.evidence == EvidenceSettings(Path("/mnt/evidence"))
    assert site.backups == BackupSettings(21_600.0, 3, Path("/mnt/backups"))
    assert site.backups.folder_of(tmp_path) == Path("/mnt/backups")


def test_unsaid_there_is_a_backup_a_day_in_the_data_folder_and_no_second_medium(tmp_path: Path) -> None:
    site = load_site(site_with(tmp_path, ""))
    assert site.evidence.second is None
    assert (site.backups.every_s, site.backups.keep) == (86_400.0, 14)
    assert site.backups.folder_of(tmp_path) == tmp_path / "backups"


def test_backups_may_be_left_to_people(tmp_path: Path) -> None:
    assert load_site(site_with(tmp_path, "backups: {every: never}\n")).backups.every_s is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("evidence: {second: evidence}\n", "second"),
        ("evidence: {third: /mnt}\n", "third"),
        ("backups: {every: 1m}\n", "a backup every 60 s"),
        ("backups: {every: soon}\n", "every"),
        ("backups: {keep: 0}\n", "keep"),
        ("backups: {folder: ./backups}\n", "folder"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path: Path, more: str, said: str) -> None:
    site = site_with(tmp_path, more)
    with pytest.raises(ConfigProblems, match=said) as refused:
        load_site(site)
    line = len((site / "site.yaml").read_text(encoding="utf-8").splitlines())
    assert f"site.yaml:{line}" in str(refused.value)


def test_a_reload_takes_backups_up_and_a_new_second_medium_needs_a_restart(tmp_path: Path) -> None:
    old = load_site(site_with(tmp_path / "old", ""))
    more = "evidence: {second: /mnt/evidence}\nbackups: {keep: 3}\n"
    diff = diff_sites(old, load_site(site_with(tmp_path / "new", more)))
    assert diff.backups == ("keep",)
    assert "evidence.second" in diff.restart_needed
