"""What may stand on a display."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue
from controller.domain.intents import Show, TargetKind, decode_intent, encode_intent, parse_intent
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.targets import Target
from controller.logic.arbitration import admit

DISPLAY = Target("330106-SP-0001/D1", TargetKind.DISPLAY, "D1", Show(""), "poles", text_bytes=192)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "前方积水 禁止通行 / FLOODED AHEAD – DO NOT ENTER",
        "前方施工, 减速慢行!",
        "℃ µg/m³ → 20 %",
        "水" * 64,
    ],
)
def test_writing_is_shown_as_it_is(text: str) -> None:
    assert parse_intent(TargetKind.DISPLAY, f"text: {text}") == Show(text)
    assert decode_intent(encode_intent(Show(text))) == Show(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\nb", "U+000A"),
        ("a\x1b[2Jb", "U+001B"),
        ("a\x00b", "U+0000"),
        ("\u202egnorw", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\u2028b", "U+2028"),
        ("a\ud800b", "U+D800"),
        ("a\ue000b", "U+E000"),
        (" a", "white space"),
        ("水" * 65, "at most 64"),
    ],
)
def test_what_is_no_writing_is_refused_and_named(text: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says.replace("+", r"\+")):
        Show(text)


@pytest.mark.parametrize(("text", "fits"), [("水" * 64, True), ("🚧" * 48, True), ("🚧" * 49, False), ("a" * 64, True)])
def test_a_message_longer_than_the_displays_registers_is_refused_whole(text: str, fits: bool) -> None:
    request = Request(DISPLAY.id, Slot.FLOOD_CRITICAL, Show(text), "li", "trying")
    refusal = admit(request, DISPLAY, None, take_over=False, now_s=0.0)
    if fits:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.cause is Cause.OUT_OF_RANGE
        assert "192" in refusal.text


@given(st.text(max_size=80))
def test_whatever_is_typed_is_shown_unchanged_or_refused(text: str) -> None:
    try:
        shown = Show(text)
    except InvalidValue:
        return
    assert shown.text == text
    assert len(text) <= 64
    assert all(sign.isprintable() or sign.isspace() for sign in text)
    assert "\n" not in text
