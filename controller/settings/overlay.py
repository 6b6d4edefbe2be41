"""Published lighting, laid over a site folder's own: programs, calendar, scenes, holidays, groups as one set of files.

What two people published stands in the data folder and wins over the files of ``lighting/``; nothing wins silently
(``LightingVersion.overtaken``). What protects people (wet power-off, staging, poles) and what only measures (faults,
rates, energy) stays where it is: it is no matter of programs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from controller.settings.parsing import Findings, Spot
from controller.settings.problems import Problem
from controller.settings.yaml_lines import Document, parse_document

LIGHTING = "lighting"
KEPT: Mapping[str, frozenset[str]] = {
    "wet-power.yaml": frozenset({"wet_power", "flood_zones"}),
    "switching.yaml": frozenset({"switching"}),
    "poles.yaml": frozenset({"smart_poles", "display_templates", "flood_warnings"}),
    "faults.yaml": frozenset({"faults"}),
    "rates.yaml": frozenset({"light_rates"}),
    "energy.yaml": frozenset({"energy"}),
}
"""Files of ``lighting/`` that no version holds, and what is said in them."""
FORM = 1
"""The form of lighting files that this program reads and drafts. A change after which older files would not load raises
it by one and gives ``UPGRADES`` the step from the form before."""
UPGRADES: Mapping[int, Callable[[Mapping[str, str]], Mapping[str, str]]] = {}
"""Files of a form (the key) as files of the next: versions published long ago stay ones that can be gone back to."""
FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}\.yaml")
FILE_NAMES = "small letters, digits, dashes and .yaml: programs.yaml"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A version's files by name. ``over``: the hash of the folder's own files it took the place of.

    ``name`` is how messages call it: a draft's name, or else its number. ``form``: that of its files.
    """

    number: int
    files: Mapping[str, str]
    over: str = ""
    name: str = ""
    form: int = FORM

    def named(self, problems: Iterable[Problem], path: Path) -> list[Problem]:
        """Problems with its files, called by its own name: ``half-night/programs.yaml:12``, not the folder's file."""
        label, own = self.name or f"lighting-version-{self.number}", f"{path / LIGHTING}/"
        return [
            replace(one, file=f"{label}/{one.file.removeprefix(own)}")
            if one.file.startswith(own) and Path(one.file).name not in KEPT
            else one
            for one in problems
        ]


@dataclass(frozen=True, slots=True)
class LightingVersion:
    """Which lighting is in force. ``number`` 0: the folder's own files. Hashes are ``files_hash``'s.

    ``files`` are the texts it was loaded from; ``over`` the hash of the folder's own that it took the place of.
    """

    number: int = 0
    hash: str = ""
    folder_hash: str = ""
    over: str = ""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def overtaken(self) -> bool:
        """Whether the folder's own files were changed since, so that somebody may believe them in force."""
        return self.number > 0 and self.folder_hash not in (self.over, self.hash)

    def notice(self) -> tuple[str, str]:
        """What people have to know about it, in English and Chinese; empty when there is nothing."""
        if not self.overtaken:
            return "", ""
        return (
            f"lighting version {self.number} is in force; the site folder's own lighting files were changed since and "
            "are NOT in force: `zhadao schedule draft new --from-folder NAME` makes a draft of them to prove and "
            "publish, or put the version's files back with `zhadao schedule versions "
            f"{self.number} --to FOLDER/lighting`",
            f"当前执行已发布的照明方案第 {self.number} 版; 站点目录 lighting/ 下的文件此后被改动, 改动并未生效: "
            "用 zhadao schedule draft new --from-folder NAME 建草案, 证明后发布",
        )


def upgraded(files: Mapping[str, str], form: int) -> tuple[dict[str, str], int]:
    """Files of an older form in today's, and the form they then have; those of a newer program are left as they are."""
    texts = dict(files)
    while form < FORM and form in UPGRADES:
        texts, form = dict(UPGRADES[form](texts)), form + 1
    return texts, form


def form_refused(number: int, form: int) -> str:
    """Why a version's files cannot be read by this program, in both languages; empty when they can."""
    if form == FORM:
        return ""
    return (
        f"lighting version {number} was written in form {form} of the lighting files, and this program reads form "
        f"{FORM}: run the program that wrote it, or draft and publish these programs anew / "
        f"第 {number} 版照明方案的文件格式为 {form}, 本程序读取格式 {FORM}: 用写入它的程序运行, 或重新起草发布"
    )


def folder_files(path: Path) -> dict[str, str]:
    """The folder's own lighting files that versions hold, by name. What is not UTF-8 is read as far as it goes."""
    found = sorted((path / LIGHTING).glob("*.yaml"))
    return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in found if file.name not in KEPT}


def files_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode("utf-8", "surrogatepass")):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def version_of(own: Iterable[Document], overlay: Overlay | None) -> LightingVersion:
    """Which lighting a site has whose folder holds ``own``, with this overlay."""
    texts = {Path(one.name).name: one.text.decode("utf-8", "replace") for one in own}
    texts = {name: text for name, text in texts.items() if name not in KEPT}
    here = files_hash(texts)
    if overlay is None:
        return LightingVersion(0, here, here, here, texts)
    return LightingVersion(overlay.number, files_hash(overlay.files), here, overlay.over, dict(overlay.files))


def laid_over(path: Path, own: Iterable[Document], overlay: Overlay, findings: Findings) -> tuple[Document, ...]:
    """The version's files in place of the folder's own, called as they would be called in the folder."""
    if refused := form_refused(overlay.number, overlay.form):
        label = overlay.name or f"lighting-version-{overlay.number}"
        findings.problems.append(Problem(label, 1, "form", str(overlay.form), refused, f"form {FORM}"))
    kept = [document for document in own if Path(document.name).name in KEPT]
    laid = [parse_document(text.encode("utf-8"), str(path / LIGHTING / name)) for name, text in overlay.files.items()]
    for document in laid:
        said = set(document.data if isinstance(document.data, dict) else ())
        for stays, key in ((file, key) for file, keys in KEPT.items() for key in sorted(keys & said)):
            spot = Spot(document, (key,))
            findings.add(spot, f"{key} is no part of a lighting version", f"it stays in the site's {LIGHTING}/{stays}")
    return tuple(sorted([*kept, *laid], key=lambda document: document.name))
