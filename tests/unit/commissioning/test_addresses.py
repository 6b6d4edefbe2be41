"""Addresses in every form vendors print them lead to the same register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commissioning.addresses import (
    AddressStyle,
    NotUnderstood,
    Numbering,
    Place,
    parse_address,
    style_of,
)
from drivers.profile import Table

DIGIT = {Table.HOLDING: "4", Table.INPUT: "3", Table.DISCRETE: "1", Table.COIL: "0"}
REFERENCE = AddressStyle(Numbering.REFERENCE, 1, True, "")
DECIMAL = AddressStyle(Numbering.DECIMAL, 0, True, "")
FROM_ONE = AddressStyle(Numbering.DECIMAL, 1, True, "")
HEX = AddressStyle(Numbering.HEX, 0, True, "")

tables = st.sampled_from(list(Table))
addresses = st.integers(0, 0xFFFF)


@given(tables, st.integers(0, 9998))
def test_five_digit_references_lead_back_to_their_register(table: Table, address: int) -> None:
    text = f"{DIGIT[table]}{address + 1:04d}"
    assert parse_address(text, style_of([(text, None)])) == Place(address, table)


@given(tables, addresses)
def test_six_digit_references_lead_back_to_their_register(table: Table, address: int) -> None:
    text = f"{DIGIT[table]}{address + 1:05d}"
    assert parse_address(text, REFERENCE) == Place(address, table)


@given(addresses, st.sampled_from(["0x{:04X}", "0X{:x}", "{:04X}H", "{:x}h", " 0x{:04x} "]))
def test_what_says_that_it_is_hexadecimal_is_so_in_every_numbering(address: int, form: str) -> None:
    for style in (REFERENCE, DECIMAL, HEX, FROM_ONE):
        assert parse_address(form.format(address), style).address == address


@given(st.lists(addresses, min_size=1, max_size=20))
def test_decimal_addresses_are_their_own_number_less_the_base(numbers: list[int]) -> None:
    style = style_of([(str(n), Table.HOLDING) for n in numbers], base=0)
    assert style.numbering in (Numbering.DECIMAL, Numbering.REFERENCE)
    if style.numbering is Numbering.DECIMAL:
        assert [parse_address(str(n), style).address for n in numbers] == numbers
        for n in numbers:
            if n:
                assert parse_address(str(n), FROM_ONE).address == n - 1


@given(st.text(max_size=20), st.sampled_from([REFERENCE, DECIMAL, FROM_ONE, HEX]), st.none() | tables)
def test_no_text_leads_outside_the_table_or_ends_in_a_defect(
    text: str, style: AddressStyle, table: Table | None
) -> None:
    try:
        place = parse_address(text, style, table)
    except NotUnderstood:
        return
    assert 0 <= place.address <= (place.last or place.address) <= 0xFFFF
    assert place.bit is None or 0 <= place.bit <= 15


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("４０００１", REFERENCE, Place(0, Table.HOLDING)),
        ("4x0001", DECIMAL, Place(0, Table.HOLDING)),
        ("3:0010", REFERENCE, None),
        ("40001-40002", REFERENCE, Place(0, Table.HOLDING, 1)),
        ("40001～40004", REFERENCE, Place(0, Table.HOLDING, 3)),
        ("0x0100~0x0101", DECIMAL, Place(256, None, 257)),
        ("40010.3", REFERENCE, Place(9, Table.HOLDING, bit=3)),
        ("40010 BIT3", REFERENCE, Place(9, Table.HOLDING, bit=3)),
        ("100:15", DECIMAL, Place(100, None, bit=15)),
        ("40001(0x0000)", REFERENCE, Place(0, Table.HOLDING)),
        ("0x0010（40017）", REFERENCE, Place(16, Table.HOLDING)),
        ("%MW120", DECIMAL, Place(120, Table.HOLDING)),
        ("1F", HEX, Place(31)),
    ],
)
def test_the_forms_real_maps_use(text: str, style: AddressStyle, expected: Place | None) -> None:
    if expected is None:
        with pytest.raises(NotUnderstood):
            parse_address(text, style)
    else:
        assert parse_address(text, style) == expected


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [
        ("", DECIMAL, "no address"),
        ("D100", DECIMAL, "no form known"),
        ("70000", DECIMAL, "beyond the last"),
        ("0", FROM_ONE, "--base 0"),
        ("2024-01-08 00:00:00 (Excel holds a date here)", DECIMAL, "no form known"),
        ("=A4+1", DECIMAL, "no form known"),
        ("见附录", DECIMAL, "no form known"),
    ],
)
def test_what_is_no_address_is_said_and_why(text: str, style: AddressStyle, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        parse_address(text, style)


@pytest.mark.parametrize(
    ("texts", "header", "numbering", "base", "sure"),
    [
        ([("40001", None), ("40002", None)], "地址", Numbering.REFERENCE, 1, True),
        ([("40000", None), ("40001", None)], "地址", Numbering.REFERENCE, 0, False),
        ([("40001", Table.INPUT), ("40002", Table.INPUT)], "地址", Numbering.DECIMAL, 0, False),
        ([("0", None), ("1", None)], "地址", Numbering.DECIMAL, 0, True),
        ([("1", None), ("2", None)], "地址", Numbering.DECIMAL, 0, False),
        ([("1", None), ("2", None)], "寄存器地址（从1开始）", Numbering.DECIMAL, 1, True),
        ([("10", None), ("11", None)], "Address (HEX)", Numbering.HEX, 0, True),
        ([("0010", None), ("001A", None)], "地址", Numbering.HEX, 0, False),
        ([("32016", Table.HOLDING), ("32017", Table.HOLDING)], "地址", Numbering.DECIMAL, 0, False),
        ([("00001", None), ("10001", None), ("30001", None)], "地址", Numbering.REFERENCE, 1, True),
    ],
)
def test_how_a_sheet_is_numbered_is_told_from_all_its_addresses(
    texts: list[tuple[str, Table | None]], header: str, numbering: Numbering, base: int, sure: bool
) -> None:
    style = style_of(texts, header)
    assert (style.numbering, style.base, style.sure) == (numbering, base, sure)
