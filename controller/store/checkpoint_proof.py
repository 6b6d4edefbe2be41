"""What signed checkpoints prove of a journal whose chain is whole, and what they give away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from controller.store.checkpoints import EVERY_LINES, Checkpoint
from controller.store.findings import Finding, Trouble
from controller.store.lines import Head
from controller.store.signing import fingerprint, is_signed


@dataclass(frozen=True, slots=True)
class Signers:
    """Whose signatures count.

    ``given`` were named by whoever asks, and then only they count. Otherwise those of the data folder and those the
    journal's own lines announced do: that finds any forger but one who has the folder to himself.
    """

    given: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    def counts(self, public: str) -> bool:
        """Whether a signature by this key is one."""
        return public in (self.given or self.known)


@dataclass(slots=True)
class SignatureProof:
    """Up to which line signatures prove the journal, and what is worth knowing about them."""

    signed: int = 0
    trouble: Trouble | None = None
    notes: list[str] = field(default_factory=list)


def prove_signatures(
    checkpoints: Sequence[Checkpoint], signers: Signers, head: Head, hash_at: Callable[[int], str | None]
) -> SignatureProof:
    """Hold every checkpoint against the journal: ``hash_at`` is the (proven) hash of a line, None where there is none.

    The chain up to ``head`` was proven before; here it shows whether it is the chain that was signed.
    """
    proof = SignatureProof()
    for checkpoint, trouble in zip(checkpoints, _troubles(checkpoints, signers, head, hash_at), strict=True):
        if trouble is not None:
            proof.trouble = trouble
            return proof
        proof.signed = checkpoint.seq
    unsigned = head.seq - proof.signed
    if signers.given and not checkpoints:
        proof.trouble = Trouble(Finding.UNSIGNED, "no line of it is signed by the key given")
    elif not checkpoints and signers.known and head.seq > 0:
        proof.notes.append(
            "no line is signed, though there is a key: checkpoints could not be written, or were taken away"
        )
    elif checkpoints and unsigned > 2 * EVERY_LINES:
        proof.notes.append(
            f"the last {unsigned} lines are not signed, though every {EVERY_LINES} should be: "
            f"checkpoints could not be written, or somebody took them away"
        )
    return proof


def _troubles(
    checkpoints: Iterable[Checkpoint], signers: Signers, head: Head, hash_at: Callable[[int], str | None]
) -> Iterator[Trouble | None]:
    before: Checkpoint | None = None
    for checkpoint in checkpoints:
        yield (
            _in_itself(checkpoint, before)
            or _by_whom(checkpoint, before, signers)
            or _of_what(checkpoint, before, head, hash_at)
        )
        before = checkpoint


def _in_itself(checkpoint: Checkpoint, before: Checkpoint | None) -> Trouble | None:
    due, previous, signed = (before.number + 1, before.signature, before.seq) if before else (1, "", 0)
    if not is_signed(checkpoint.public, checkpoint.signed_content, checkpoint.signature):
        return Trouble(Finding.CHECKPOINTS, f"checkpoint {checkpoint.number} was changed: its signature does not fit")
    if checkpoint.number != due or checkpoint.previous != previous or checkpoint.seq < signed:
        return Trouble(Finding.CHECKPOINTS, f"checkpoint {due} is missing: the next one there is {checkpoint.number}")
    return None


def _by_whom(checkpoint: Checkpoint, before: Checkpoint | None, signers: Signers) -> Trouble | None:
    if signers.counts(checkpoint.public):
        return None
    key, since = fingerprint(checkpoint.public), (before.seq if before else 0) + 1
    if signers.given:
        text = (
            f"from line {since} on it is signed by another key ({key}…) than given; "
            "give that one too if you know that it is this controller's"
        )
        return Trouble(Finding.UNSIGNED, text, since)
    text = f"checkpoint {checkpoint.number} is signed by a key ({key}…) that no line of the journal announces"
    return Trouble(Finding.CHECKPOINTS, text)


def _of_what(
    checkpoint: Checkpoint, before: Checkpoint | None, head: Head, hash_at: Callable[[int], str | None]
) -> Trouble | None:
    signed = f"checkpoint {checkpoint.number} ({checkpoint.wall})"
    if checkpoint.seq > head.seq:
        text = f"the end is cut: {signed} signed line {checkpoint.seq}, the last one there is {head.seq}"
        return Trouble(Finding.CUT, text, head.seq + 1)
    if checkpoint.seq > 0 and hash_at(checkpoint.seq) != checkpoint.hash:
        proven = before.seq if before else 0
        text = (
            f"lines {proven + 1} to {checkpoint.seq} were rewritten: line {checkpoint.seq} is not what {signed} signed"
        )
        return Trouble(Finding.REWRITTEN, text, proven + 1)
    return None
