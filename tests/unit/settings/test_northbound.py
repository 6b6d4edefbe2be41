"""``northbound:`` of ``site.yaml``: off by default, read-only without a word, and refused where it may not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.load import load_site
from controller.settings.northbound import BEYOND, WITHOUT_SECURITY, NorthboundSettings
from controller.settings.problems import ConfigProblems
from tests.unit.settings.small_site import FILES, write_site


def said(tmp_path: Path, section: str) -> NorthboundSettings | None:
    return load_site(write_site(tmp_path, {"site/site.yaml": FILES["site/site.yaml"] + section})).northbound


def test_without_the_section_there_is_no_server(tmp_path: Path) -> None:
    assert said(tmp_path, "") is None


def test_the_defaults_are_loopback_signed_and_encrypted(tmp_path: Path) -> None:
    settings = said(tmp_path, "northbound: {}\n")
    assert settings == NorthboundSettings("127.0.0.1", 4840, ("Basic256Sha256",), 10, 20_000)


@pytest.mark.parametrize(
    ("section", "line", "words"),
    [
        ("northbound:\n  host: 0.0.0.0\n", 13, BEYOND),
        ("northbound:\n  host: 0.0.0.0\n  listen_beyond_loopback: yes please\n", 13, BEYOND),
        ("northbound:\n  security: [None]\n", 13, WITHOUT_SECURITY),
        (
            f'northbound:\n  host: 10.0.0.1\n  listen_beyond_loopback: "{BEYOND}"\n  security: [None]\n'
            f'  listen_without_security: "{WITHOUT_SECURITY}"\n',
            15,
            "for 127.0.0.1 only",
        ),
        ("northbound:\n  security: [Basic128Rsa15]\n", 13, "Basic256Sha256"),
        ("northbound:\n  writable: true\n", 13, "unknown key"),
        ("northbound:\n  port: 70000\n", 13, "65535"),
    ],
)
def test_what_may_not_be_is_refused_with_its_line_and_what_would_do(
    tmp_path: Path, section: str, line: int, words: str
) -> None:
    with pytest.raises(ConfigProblems) as refused:
        said(tmp_path, section)
    assert f"site.yaml:{line}" in str(refused.value)
    assert words in str(refused.value)


def test_said_in_words_it_listens_beyond_loopback_still_encrypted(tmp_path: Path) -> None:
    settings = said(tmp_path, f'northbound: {{host: 0.0.0.0, listen_beyond_loopback: "{BEYOND}"}}\n')
    assert settings is not None
    assert (settings.host, settings.policies) == ("0.0.0.0", ("Basic256Sha256",))  # noqa: S104 - what was asked for
