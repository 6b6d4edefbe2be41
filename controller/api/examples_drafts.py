"""Examples of drafts, proofs and versions in the API's description."""

from __future__ import annotations

from controller.api.examples import NOW
from controller.runtime.publishing.report import Finding, LightProof, ProofReport, RoadChange, Severity, Sums
from controller.runtime.publishing.views import DraftFile, DraftView, FilesView, ProofView, VersionsView, VersionView

HASH = "5d0c2f9a71b3"
DRAFT = DraftView(
    name="half-night-later",
    state="proven",
    next_en='zhadao schedule publish half-night-later --reason "…"',
    next_zh="可提请发布",
    origin="version 3, in force",
    base=3,
    in_force=3,
    by="lin",
    created=NOW,
    changed_by="lin",
    changed=NOW,
    hash=HASH,
    files=(DraftFile("calendar.yaml", 1482, "as in force"), DraftFile("programs.yaml", 1376, "changed")),
    problems=(),
)
CHANGE = RoadChange(
    road="文三路",
    division="330106",
    light_class="road",
    lights=12,
    named=("330106-LC-0001/K2",),
    program_was="road-half-night",
    program="road-half-night",
    what="off 23:30→00:00",
    nights=366,
    which_nights="every night",
    hours_each=183.0,
    kwh=1509.8,
)
PROOF = ProofView(
    id="71b3e8645d0c",
    by="lin",
    at=NOW,
    holds=True,
    why_not="",
    report=ProofReport(
        draft="half-night-later",
        draft_hash=HASH,
        base=3,
        base_config="9f2c…",
        new_config="a01b…",
        first="2026-06-21",
        nights=366,
        lights=1421,
        places=275,
        took_s=2.1,
        sums=(Sums("city", "", 1421, 4351256.5, 4440194.5, 4308277.9, 4397215.9, 3297296.1, 3377206.7),),
        changes=(CHANGE,),
        changed_lights=486,
        findings=(Finding(Severity.LOOK, "missing_holidays", "no holiday table for 2027", "缺 2027 年节假日表"),),
        notes=("each light also switches up to its spread later than its program",),
    ),
    accepted=(),
)
LIGHT = LightProof("330106-LC-0001/K2", 2499.4, 2499.4, 1874.5, 0.0, 0.0, 1830.0, 1298.0, 2316.4, 1737.3)
FILES = FilesView("half-night-later", {"programs.yaml": "programs: …\n"})
VERSIONS = VersionsView(
    (
        VersionView(
            4,
            in_force=True,
            published=NOW,
            proposer="lin",
            confirmer="wang",
            reason="half-night circuits stay lit until midnight",
            draft="half-night-later",
            origin="version 3, in force",
            base=3,
            hash=HASH,
            files=("calendar.yaml", "programs.yaml"),
            changed_lights=486,
            kwh=79910.6,
            accepted=(),
        ),
    ),
    "",
    "",
)
