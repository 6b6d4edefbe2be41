"""``zhadao schedule draft`` to ``rollback``: a program changed by draft, proof in its own process, and two people."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from controller.runtime.publishing.prover import Proven, prove_beside
from controller.runtime.publishing.proving import Job, tried
from tests.unit.cli.real_city import City, Desk, real_city


def proposal_in(output: str) -> str:
    """The proposal's id in what was printed."""
    return output.partition("PROPOSED 已提请确认: proposal ")[2].partition(",")[0]


def city_with_folder(city: City, folder: Path) -> list[Job]:
    """The controller knows the folder it was loaded from, as ``zhadao run`` tells it.

    The first proof runs in a process of its own, as all of them do; the checks and the others in a thread, which is a
    few seconds quicker each. What was asked for is in the list.
    """
    office, asked = city.assembly.publishing.office, list[Job]()

    async def prove(job: Job) -> Proven:
        first = job.first is not None and not any(one.first for one in asked)
        asked.append(job)
        return await prove_beside(job) if first else Proven(*await asyncio.to_thread(tried, job))

    def told() -> None:
        office.config, office.prove = folder / "config" / "site", prove

    city.ask(told)
    return asked


def test_a_program_is_drafted_proven_published_and_rolled_back_from_the_command_line(tmp_path: Path) -> None:
    with real_city(tmp_path) as city:
        asked = city_with_folder(city, tmp_path)
        desk = Desk(city, tmp_path / "home").signed_in("operator").signed_in("second")

        def typed(*words: str, code: int = 0, by: str = "operator") -> str:
            came = desk("schedule", *words, "--as", by)
            assert came.exit_code == code, came.output
            return came.output

        assert "站点目录文件  * in force" in typed("versions")
        assert "not proven 未证明" in typed("draft", "new", "later")
        assert "programs.yaml" in typed("draft", "get", "later", str(tmp_path / "edit"))
        file = tmp_path / "edit" / "programs.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("22:00: off", "22:00: offf"), encoding="utf-8")
        bad = typed("draft", "put", "later", str(tmp_path / "edit"), code=1)
        assert "later/programs.yaml:7: programs[landscape].edges.22:00" in bad
        assert "cannot be used as it is" in typed("prove", "later", code=1)
        file.write_text(text.replace("22:00: off", "22:30: off"), encoding="utf-8")
        typed("draft", "put", "later", str(file))
        proven = typed("prove", "later")
        assert "landscape: off 22:00→22:30, " in proven
        assert "1 lights on 1 roads" in proven
        (change,) = json.loads(typed("diff", "later", "--json"))
        assert (change["what"], change["lights"], change["hours_each"]) == ("off 22:00→22:30", 1, 182.5)
        proposal = proposal_in(typed("publish", "later", "--reason", "summer", "--no-follow"))
        assert desk("confirm", proposal, "--as", "operator", "--yes").exit_code == 1
        done = desk("confirm", proposal, "--as", "second", "--yes")
        assert done.exit_code == 0, done.output
        assert "lighting version 1 is in force 已生效" in done.output
        assert "operator + second: summer  * in force 执行中" in typed("versions")
        assert "none 无" in typed("draft", "list")
        typed("versions", "0", "--to", str(tmp_path / "zero"))
        assert (tmp_path / "zero" / "programs.yaml").read_text(encoding="utf-8") == text
        back = typed("rollback", "0", "--reason", "complaints", "--no-follow")
        assert "off 22:30→22:00" in back
        assert desk("confirm", proposal_in(back), "--as", "second", "--yes").exit_code == 0
        assert "back to version 0: complaints  * in force" in typed("versions")
        checked = desk("check", str(tmp_path / "config" / "site"))
        assert "lighting version 2 is in force" in checked.output, "Desk says --data: as that controller runs it"
        assert [job.draft for job in asked if job.first] == ["later", "rollback-0"]


def test_what_cannot_be_meant_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with real_city(tmp_path) as city:
        city_with_folder(city, tmp_path)
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        both = desk("schedule", "draft", "new", "x", "--from-folder", "--from-version", "1")
        assert both.exit_code == 2
        assert desk("schedule", "versions", "3").exit_code == 2
        assert desk("schedule", "draft", "put", "x", str(tmp_path / "nothing")).exit_code == 2
        assert desk("schedule", "draft", "show", "nobody").exit_code == 1
        gbk = tmp_path / "groups.yaml"
        gbk.write_bytes(b"groups:\n- name: " + "迎宾线".encode("gbk"))
        refused = desk("schedule", "draft", "put", "x", str(gbk))
        assert refused.exit_code == 2
        assert f"{gbk}:2: no UTF-8 text; save it as UTF-8" in refused.output.replace("\n", "")
