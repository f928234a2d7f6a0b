"""Laws of top-ups: what is drawn is what is needed, of the first to expire, as far as it goes."""

from hypothesis import given
from hypothesis import strategies as st

from domain.tariff.drawing import Left, drawn

octets = st.integers(0, 2**62)
ids = st.integers(1, 5)
draws = st.dictionaries(ids, st.integers(1, 2**40), max_size=4)
left = st.dictionaries(ids, st.integers(0, 2**40), max_size=4).map(
    lambda found: [Left(*each) for each in found.items()]
)


@given(need=octets, draws=draws, left=left)
def test_what_is_drawn_is_what_is_needed_as_far_as_it_goes(need, draws, left):
    after = drawn(need, draws, left)

    available = sum(draws.values()) + sum(each.octets for each in left)
    assert sum(after.values()) == min(need, available)
    assert all(taken > 0 for taken in after.values())


@given(need=octets, draws=draws, left=left)
def test_no_top_up_gives_more_than_it_has(need, draws, left):
    after = drawn(need, draws, left)

    for top_up_id, taken in after.items():
        has = draws.get(top_up_id, 0) + dict(left).get(top_up_id, 0)
        assert taken <= has


@given(first=octets, second=octets, left=left)
def test_needs_that_come_one_by_one_draw_what_they_draw_at_once(first, second, left):
    low, high = sorted((first, second))
    before = drawn(low, {}, left)
    rest = [Left(each.top_up_id, each.octets - before.get(each.top_up_id, 0)) for each in left]

    assert drawn(high, before, rest) == drawn(high, {}, left)


@given(need=octets, left=left)
def test_what_is_not_needed_any_more_is_given_back(need, left):
    assert drawn(0, drawn(need, {}, left), left) == {}


@given(need=octets, left=left)
def test_the_first_to_expire_is_empty_before_the_next_is_touched(need, left):
    after = drawn(need, {}, left)

    touched = [each for each in left if after.get(each.top_up_id)]
    for each in touched[:-1]:
        assert after[each.top_up_id] == each.octets
