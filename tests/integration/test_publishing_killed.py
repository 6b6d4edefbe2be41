"""A controller killed (SIGKILL) while two people put a lighting program in force: the old version whole, or the new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.store.journal_read import read
from tests.integration.asking import Gone
from tests.integration.dying import PROGRAM as DYING
from tests.integration.dying import PublishingMoment
from tests.integration.two_persons import FIRST, SECOND, City
from tests.integration.zhadao import Running

DRAFTS = "/lighting/drafts"
WAS, NOW = "{dusk: on, 22:00: off}", "{dusk: on, 21:30: off}"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    found = City(tmp_path)
    try:
        yield found
    finally:
        found.close()


def told(city: City, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = city.ask(who, path, body)
    assert answer.status in (200, 202), answer
    return answer.body


def proposed(city: City) -> str:
    """A draft of what is in force, changed, proven and proposed; the proposal."""
    told(city, FIRST, DRAFTS, {"name": "early"})
    text = told(city, FIRST, f"{DRAFTS}/early/files")["files"]["programs.yaml"]
    assert text.count(WAS) == 1
    told(city, FIRST, f"{DRAFTS}/early/files", {"files": {"programs.yaml": text.replace(WAS, NOW)}})
    assert told(city, FIRST, f"{DRAFTS}/early/prove", {})["report"]["changed_lights"] > 0
    return str(told(city, FIRST, f"{DRAFTS}/early/publish", {"reason": "summer"})["id"])


def confirmed_until_dead(city: City, proposal: str, controller: Running) -> None:
    with pytest.raises(Gone):
        city.ask(SECOND, f"/proposals/{proposal}/confirm", {})
    assert controller.process.wait(5) == -9
    city.verified()


def in_force(city: City) -> int:
    (number,) = (one["number"] for one in told(city, FIRST, "/lighting/versions")["versions"] if one["in_force"])
    return int(number)


def test_a_publication_is_whole_or_not_there_wherever_the_controller_dies(city: City, tmp_path: Path) -> None:
    death = tmp_path / "death"
    dying = [*DYING, str(death)]
    with city.alive(dying) as controller:
        city.settle_people()
        proposal = proposed(city)
        death.write_text(PublishingMoment.IN_THE_JOURNAL, encoding="utf-8")
        confirmed_until_dead(city, proposal, controller)
    death.unlink()
    with city.alive(dying) as controller:
        assert in_force(city) == 0
        assert [(one["name"], one["state"]) for one in told(city, FIRST, DRAFTS)] == [("early", "proven")]
        assert city.waiting() == [proposal], "it was not done, and it can still be done"
        death.write_text(PublishingMoment.KEPT, encoding="utf-8")
        confirmed_until_dead(city, proposal, controller)
    death.unlink()
    with city.alive() as controller:
        assert in_force(city) == 1
        assert (told(city, FIRST, DRAFTS), city.waiting()) == ([], []), "it was done and cannot be done again"
        text = told(city, FIRST, "/lighting/versions/1/files")["files"]["programs.yaml"]
        assert (text.count(WAS), text.count(NOW)) == (0, 1)
        assert controller.interrupt() == 0
    city.verified()
    kinds = [line.kind for line in read(city.data) if line.kind.startswith("lighting_published")]
    assert kinds == ["lighting_published", "lighting_published_void", "lighting_published"]
