"""One proposal as the book keeps it, in memory and over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from controller.domain.points import TargetId
from controller.domain.rights import Caller, OwnerClass, Right
from controller.runtime.two_persons import ProposalView, Wording
from controller.store.changes import PutRecord

KIND = "proposal"
"""Kind of the records in the state store."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person proposed and another has to confirm; ``expires_s`` (monotonic) decides while we run."""

    id: str
    kind: str
    body: Mapping[str, Any]
    proposer: Caller
    reason: str
    targets: tuple[TargetId, ...]
    right: Right
    of: OwnerClass | None
    wording: Wording
    proposed: datetime
    expires: datetime
    expires_s: float

    def view(self) -> ProposalView:
        """As people see it."""
        return ProposalView(
            id=self.id,
            kind=self.kind,
            proposer=self.proposer.actor,
            reason=self.reason,
            targets=self.targets,
            proposed=self.proposed,
            expires=self.expires,
            wording=self.wording,
            right=self.right,
            of=self.of,
        )

    def record(self) -> PutRecord:
        """As the state store keeps it; ``restored`` reads it back."""
        body = {
            "kind": self.kind,
            "body": dict(self.body),
            "proposer": asdict(self.proposer),
            "reason": self.reason,
            "targets": list(self.targets),
            "right": self.right.value,
            "of": self.of.value if self.of else None,
            "wording": {**asdict(self.wording), "lines": list(self.wording.lines)},
            "proposed": self.proposed.isoformat(),
            "expires": self.expires.isoformat(),
        }
        return PutRecord(KIND, self.id, body)


def restored(proposal_id: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> Proposal:
    """The proposal of a record, with what is left of its time at ``wall`` counted from ``now_s`` (monotonic)."""
    proposed, expires = datetime.fromisoformat(body["proposed"]), datetime.fromisoformat(body["expires"])
    # A wall clock that was set back while we were stopped must not lengthen a proposal's life.
    left_s = min((expires - wall).total_seconds(), (expires - proposed).total_seconds())
    said = body["wording"]
    return Proposal(
        id=proposal_id,
        kind=body["kind"],
        body=body["body"],
        proposer=Caller(**body["proposer"]),
        reason=body["reason"],
        targets=tuple(body["targets"]),
        right=Right(body["right"]),
        of=OwnerClass(body["of"]) if body["of"] else None,
        wording=Wording(said["title_en"], said["title_zh"], tuple(said["lines"]), said["fingerprint"]),
        proposed=proposed,
        expires=expires,
        expires_s=now_s + left_s,
    )
