"""Drafts, proofs and versions as they stand now, for people."""

from __future__ import annotations

from controller.runtime.publishing.office import Office
from controller.runtime.publishing.records import Draft, Proof, Version
from controller.runtime.publishing.views import DraftFile, DraftView, ProofView, VersionsView, VersionView
from controller.settings.overlay import form_refused


def draft_view(office: Office, draft: Draft) -> DraftView:
    """A draft, and what to do next with it."""
    state, en, zh = _state(office, draft)
    return DraftView(
        name=draft.name,
        state=state,
        next_en=en,
        next_zh=zh,
        origin=draft.origin,
        base=draft.base,
        in_force=office.in_force,
        by=draft.by,
        created=draft.created,
        changed_by=draft.changed_by,
        changed=draft.changed,
        hash=draft.hash,
        files=tuple(_files(office, draft)),
        problems=draft.problems,
    )


def _state(office: Office, draft: Draft) -> tuple[str, str, str]:
    proof = office.shelf.proofs.get(draft.name)
    if draft.problems:
        return "bad", f"put it right: {draft.problems[0]}", "先改正错误"
    if why := office.overtaken(draft):
        return "overtaken", why, "执行版本已更新, 请另建草案"
    if why := office.why_not(draft, proof):
        return "unproven", why, "待证明"
    assert proof is not None  # noqa: S101 - why_not would have said so
    publish = f'zhadao schedule publish {draft.name} --reason "…"'
    if not proof.report.blocking:
        return "proven", publish, "可提请发布"
    if proof.accepted:
        names = ", ".join(one.actor for one in proof.accepted)
        return "accepted", f"{publish}; what blocks was accepted by {names}, both who publish have to", "须双方接受"
    count = len(proof.report.blocking)
    return "blocked", f'{count} findings block it: put them right, or {publish} --accept "…"', "存在阻止发布的问题"


def _files(office: Office, draft: Draft) -> list[DraftFile]:
    now = office.site.lighting_version.files
    found = []
    for name in sorted({*draft.files, *now}):
        text = draft.files.get(name)
        if text is None:
            found.append(DraftFile(name, 0, "left out"))
            continue
        state = "new" if name not in now else "as in force" if now[name] == text else "changed"
        found.append(DraftFile(name, len(text.encode("utf-8", "surrogatepass")), state))
    return found


def proof_view(office: Office, draft: Draft, proof: Proof) -> ProofView:
    """A proof, and whether it still holds."""
    why = office.overtaken(draft) or office.why_not(draft, proof)
    return ProofView(proof.id, proof.by, proof.at, not why, why, proof.report, proof.accepted)


def versions_view(office: Office) -> VersionsView:
    """All versions, newest first; where nothing was published, the folder's own as version 0."""
    found = [_version(office, one) for _, one in sorted(office.shelf.versions.items(), reverse=True)]
    if not found:
        now = office.site.lighting_version
        found = [
            VersionView(
                0, True, None, "", "", "", "", "the site folder", 0, now.hash, tuple(sorted(now.files)), 0, 0.0, ()
            )
        ]
    return VersionsView(tuple(found), *office.site.lighting_version.notice())


def _version(office: Office, one: Version) -> VersionView:
    return VersionView(
        number=one.number,
        in_force=one.number == office.in_force,
        published=one.published if one.number else None,
        proposer=one.proposer,
        confirmer=one.confirmer,
        reason=one.reason,
        draft=one.draft,
        origin=one.origin,
        base=one.base,
        hash=one.hash,
        files=tuple(sorted(one.files)),
        changed_lights=one.changed_lights,
        kwh=one.kwh,
        accepted=one.accepted,
        form=one.form,
        unreadable=form_refused(one.number, office.shelf.upgraded(one)[1]),
    )
