from __future__ import annotations

from controller.runtime.schedule_heap import DueHeap


def test_members_are_due_each_once_and_in_order() -> None:
    heap = DueHeap()
    heap.put("late", 9.0)
    heap.put("soon", 1.0)
    heap.put("then", 2.0)
    assert list(heap.take(2.0)) == ["soon", "then"]
    assert list(heap.take(2.0)) == []
    assert heap.next_s() == 9.0


def test_only_the_latest_word_about_a_member_counts() -> None:
    heap = DueHeap()
    heap.put("lamp", 1.0)
    heap.put("lamp", 5.0)
    assert heap.next_s() == 5.0
    assert list(heap.take(4.0)) == []
    heap.put("lamp", 2.0)
    assert list(heap.take(4.0)) == ["lamp"]
    assert list(heap.take(9.0)) == []


def test_a_dropped_member_is_never_due() -> None:
    heap = DueHeap()
    heap.put("lamp", 1.0)
    heap.drop("lamp")
    assert list(heap.take(9.0)) == []
    assert heap.next_s() == float("inf")
    heap.drop("lamp")


def test_a_member_put_again_while_it_is_taken_is_due_again_later() -> None:
    heap = DueHeap()
    heap.put("lamp", 1.0)
    for member in heap.take(1.0):
        heap.put(member, 3.0)
    assert heap.next_s() == 3.0
