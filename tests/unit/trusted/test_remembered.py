"""Registered documents: the process knows so many, and those asked for last."""

from graph.trusted.remembered import Remembered


def test_the_one_not_asked_for_the_longest_makes_room():
    remembered = Remembered(most=2)
    remembered.put("a", "{ a }")
    remembered.put("b", "{ b }")
    assert remembered.get("a") == "{ a }"

    remembered.put("c", "{ c }")

    assert [remembered.get(each) for each in "abc"] == ["{ a }", None, "{ c }"]
    assert len(remembered) == 2
