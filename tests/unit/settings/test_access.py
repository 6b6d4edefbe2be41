"""``access:`` of ``site.yaml``: what it gives, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.rights import Grant, Role, Scope
from controller.settings.access import LOCAL_CLI_DEFAULT, ClaimRule
from controller.settings.diff import diff_sites
from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.settings.small_site import write_site

LAMP = "330106-LC-0001"
WHOLE = f"""
access:
  local_cli:
    - {{role: viewer}}
    - {{role: lighting_operator, scope: "division:330106"}}
  groups:
    route: [{LAMP}, 330106-LC-0002/K1]
  oidc:
    issuer: https://login.example.cn/city
    client_id: zhadao
    mapping:
      - {{claim: groups, value: west, role: lighting_operator, scope: "group:route"}}
"""


def site_with(folder: Path, access: str) -> Path:
    path = write_site(folder)
    site = path / "site.yaml"
    site.write_text(site.read_text(encoding="utf-8") + access, encoding="utf-8")
    return path


def test_what_is_said_is_what_is_given(tmp_path: Path) -> None:
    access = load_site(site_with(tmp_path, WHOLE)).access
    west = Grant(Role.LIGHTING_OPERATOR, Scope.parse("division:330106"))
    assert access.local_cli == (Grant(Role.VIEWER), west)
    assert access.groups == {"route": (LAMP, "330106-LC-0002/K1")}
    assert access.oidc is not None
    assert (access.oidc.audience, access.oidc.algorithms) == ("zhadao", ("RS256", "ES256"))
    route = Grant(Role.LIGHTING_OPERATOR, Scope.parse("group:route"))
    assert access.oidc.rules == (ClaimRule("groups", "west", route),)


def test_without_it_the_local_command_line_sees_and_administers_and_nobody_else_signs_on(tmp_path: Path) -> None:
    access = load_site(site_with(tmp_path, "")).access
    assert access.local_cli == LOCAL_CLI_DEFAULT == (Grant(Role.VIEWER), Grant(Role.ADMINISTRATOR))
    assert (dict(access.groups), access.oidc) == ({}, None)


def test_an_empty_list_takes_every_right_from_the_local_command_line(tmp_path: Path) -> None:
    assert load_site(site_with(tmp_path, "access: {local_cli: []}\n")).access.local_cli == ()


def test_a_reload_says_that_access_changes(tmp_path: Path) -> None:
    old = load_site(site_with(tmp_path / "old", ""))
    new = load_site(site_with(tmp_path / "new", WHOLE))
    assert diff_sites(old, new).access == ("local_cli", "groups", "oidc")
    assert "access: local_cli, groups, oidc" in diff_sites(old, new).lines()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("role: viewer", "role: viewr", "viewr", "not one of the known words"),
        ("division:330106", "division:330107", "330107", "unknown division"),
        ("division:330106", "district:330106", "district", "no scope"),
        ("group:route", "group:rout", "group:rout", "unknown group"),
        (LAMP, "330106-LC-0009", "route:", "no asset and no target"),
        ("https://login", "http://login", "http://login", "open wire"),
        ("https://login", "login", "login", "does not have the wanted form"),
        ("client_id", "algorithms: [HS256]\n    client_id", "HS256", "should be 'RS256'"),
        ("client_id", "algorithms: [none]\n    client_id", "none", "should be 'RS256'"),
        ("groups:\n", "grups:\n", "grups", "unknown key"),
    ],
)
def test_what_means_nothing_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: str, message: str
) -> None:
    assert old in WHOLE
    path = site_with(tmp_path, WHOLE.replace(old, new, 1))
    with pytest.raises(ConfigProblems) as refused:
        load_site(path)
    lines = (path / "site.yaml").read_text(encoding="utf-8").splitlines()
    named = [problem for problem in refused.value.problems if message in problem.message]
    assert named, refused.value
    assert line in lines[named[0].line - 1]


def test_a_local_issuer_may_be_asked_without_tls(tmp_path: Path) -> None:
    assert load_site(
        site_with(tmp_path, WHOLE.replace("https://login.example.cn", "http://127.0.0.1:8090"))
    ).access.oidc
