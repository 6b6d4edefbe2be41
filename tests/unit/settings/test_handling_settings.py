"""``handling.yaml`` and ``notices.yaml``: what is right, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.logic.handling_rules import HandlingRules, Urgency
from controller.logic.notice_rules import On
from controller.settings import ConfigProblems, diff_sites, load_site
from controller.settings.notices import Mailbox, NoticeSettings, Webhook
from tests.unit.settings.small_site import write_site

HOOK = "  - {id: duty-room, webhook: {url: https://duty.example.cn/z, secret: {env: DUTY_SECRET}}}\n"
MAIL = "  - {id: box, mail: {host: smtp.example.cn, from: z@example.cn, to: duty@example.cn}}\n"
RULE = "rules:\n  - {id: all, on: [alarm, roads_dark], to: [duty-room, box], priority: high, divisions: [330106]}\n"
NOTICES = f"receivers:\n{HOOK}{MAIL}{RULE}"


def test_a_site_without_the_files_tells_nobody_and_opens_nothing_by_itself(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    assert (site.handling, site.notices) == (HandlingRules(), NoticeSettings())


def test_both_files_are_read(tmp_path: Path) -> None:
    handling = (
        "deadlines: {emergency: 30m}\nalarms:\n  - {kind: mismatch, urgency: serious, after: 5m, feedback: true}\n"
    )
    site = load_site(write_site(tmp_path, {"site/notices.yaml": NOTICES, "site/handling.yaml": handling}))
    assert site.handling.emergency_s == 1800.0
    spec = site.handling.specs["mismatch"]
    assert (spec.urgency, spec.after_s, spec.feedback) == (Urgency.SERIOUS, 300.0, True)
    hook, box = site.notices.receivers
    assert isinstance(hook.way, Webhook)
    assert isinstance(box.way, Mailbox)
    assert (hook.way.secret.env, box.way.security, box.way.port) == ("DUTY_SECRET", "starttls", 587)
    (rule,) = site.notices.rules.rules
    assert (rule.on, rule.priority, rule.to) == ({On.ALARM, On.ROADS_DARK}, 2, ("duty-room", "box"))


def test_a_reload_says_that_they_changed(tmp_path: Path) -> None:
    old = load_site(write_site(tmp_path / "old"))
    new = load_site(
        write_site(tmp_path / "new", {"site/notices.yaml": NOTICES, "site/handling.yaml": "keep_days: 30\n"})
    )
    assert diff_sites(old, new).lines() == ("handling: keep_s", "notices: receivers, rules")
    assert old.config_hash != new.config_hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://duty", "http://duty", "open wire"),
        ("https://duty.example.cn/z", "https://me:pw@duty.example.cn/z", "url"),
        ("{env: DUTY_SECRET}", "{env: DUTY_SECRET, file: /run/s}", "one place"),
        ("{env: DUTY_SECRET}", "hunter2hunter2hunter2", "mapping is wanted"),
        ("webhook: {url", "mail: {host: a, from: z@b.cn, to: c@b.cn}, webhook: {url", "not both"),
        ("id: box", "id: duty-room", "stands here twice"),
        ("[duty-room, box]", "[duty-rom, box]", "did you mean duty-room"),
        ("divisions: [330106]", "divisions: [330199]", "no such division"),
        ("host: smtp.example.cn", "host: smtp.example.cn, security: none", "open wire"),
        ("host: smtp.example.cn", "host: smtp.example.cn, user: z", "go together"),
        ("to: duty@example.cn", "to: 'duty@example.cn, all@example.cn'", "wanted form"),
        ("on: [alarm, roads_dark]", "on: [alarms]", "known words"),
        ("on: [alarm, roads_dark]", "on: []", "at least 1"),
        ("receivers:", "delivery: {give_up: 1000h}\nreceivers:", "1 min to 7 days"),
        ("receivers:", "delivery: {first: 1h, longest: 5m}\nreceivers:", "first wait"),
        ("receivers:", "fold: {collect: 2h}\nreceivers:", "1 s to 1 h"),
    ],
)
def test_what_is_wrong_with_notices_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert NOTICES.count(old) == 1
    with pytest.raises(ConfigProblems, match=r"notices\.yaml:\d+") as refused:
        load_site(write_site(tmp_path, {"site/notices.yaml": NOTICES.replace(old, new)}))
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value) or old == "{env: DUTY_SECRET}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deadlines: {emergency: 48h}", "longer than an ordinary"),
        ("deadlines: {emergency: 1s}", "no deadline"),
        ("deadlines: {serious_working_days: 0}", "greater than or equal"),
        ("alarms: [{kind: offline, urgency: ordinary}, {kind: offline, urgency: serious}]", "twice"),
        ("alarms: [{kind: handling_overdue, urgency: ordinary}]", "answering of alarms"),
        ("alarms: [{kind: offline, urgency: soon}]", "known words"),
    ],
)
def test_what_is_wrong_with_handling_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigProblems, match=r"handling\.yaml:1") as refused:
        load_site(write_site(tmp_path, {"site/handling.yaml": f"{text}\n"}))
    assert said in str(refused.value)
