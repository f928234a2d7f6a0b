"""The judge of a storm can find it guilty: every fault is seen, and a good story passes."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chaos.checker import Fault, findings, is_complete
from tests.support.chaos.witnesses import (
    Audience,
    Change,
    Connection,
    Delivery,
    Effect,
    Evidence,
    Fact,
    Outcome,
    Track,
)


def fact(position: int, customer_id: int, seq: int, **other) -> Fact:
    """``customer.updated`` of a customer, whose reseller has ten times its number."""
    return (
        Fact(
            position=position,
            event_id=f"e{position}",
            type="customer.updated",
            stream=f"customer:{customer_id}",
            seq=seq,
            customer_id=customer_id,
            reseller_id=customer_id * 10,
            actor="writer",
        )
        if not other
        else replace(fact(position, customer_id, seq), **other)
    )


def told(*positions: int) -> list[Delivery]:
    return [Delivery(f"e{position}", f"c{position}") for position in positions]


#: Customers 1 and 2 in turns: odd positions are 1's, even ones 2's. Subscribers begin behind 1.
LOG = [fact(position, 2 - position % 2, (position + 1) // 2) for position in range(1, 9)]


def story(*connections: Connection, audience: Audience | None = None, **other) -> Evidence:
    """A good log, one subscriber with these connections, and a writer who is believed."""
    tracks = [Track("anna", audience or Audience(), list(connections))]
    changes = [Change("writer", "customer.updated", Outcome.DONE, number=len(LOG))]
    effects = [Effect(one.event_id, one.stream, one.position) for one in LOG]
    good = Evidence(LOG, told(1)[0], tracks, changes, effects)
    return replace(good, **other)


def faults(evidence: Evidence) -> set[Fault]:
    return {finding.fault for finding in findings(evidence)}


WHOLE = Connection("c1", told(2, 3, 4, 5, 6, 7, 8))


class TestAGoodStory:
    def test_is_one_connection_that_brings_everything(self):
        assert findings(story(WHOLE)) == []
        assert is_complete(story(WHOLE))

    def test_may_be_told_in_parts_from_the_last_cursor(self):
        parts = (
            Connection("c1", told(2, 3)),
            Connection("c3"),
            Connection("c3", told(4, 5, 6, 7, 8)),
        )

        assert findings(story(*parts)) == []

    def test_may_repeat_what_lies_behind_an_older_cursor(self):
        parts = Connection("c1", told(2, 3, 4, 5)), Connection("c2", told(3, 4, 5, 6, 7, 8))

        assert findings(story(*parts)) == []

    def test_leaves_out_what_is_not_for_the_subscriber(self):
        own = Connection("c1", told(2, 4, 6, 8))

        assert findings(story(own, audience=Audience(customer_id=2))) == []
        assert findings(story(own, audience=Audience(resellers=frozenset({20})))) == []

    @given(st.lists(st.integers(1, 8), max_size=6).map(sorted))
    def test_is_any_cut_of_it_into_connections(self, cuts):
        edges = [1, *cuts, 8]
        parts = [
            Connection(f"c{start}", told(*range(start + 1, end + 1)))
            for start, end in pairwise(edges)
        ]

        assert findings(story(*parts)) == []


class TestASubscribersStory:
    def test_without_the_tail_is_lost_and_incomplete(self):
        cut = story(Connection("c1", told(2, 3, 4, 5, 6, 7)))

        assert faults(cut) == {Fault.LOST}
        assert not is_complete(cut)

    def test_without_one_in_the_middle_is_skipped_and_lost(self):
        assert faults(story(Connection("c1", told(2, 3, 5, 6, 7, 8)))) == {
            Fault.SKIPPED,
            Fault.LOST,
        }

    def test_that_skips_is_told_even_if_luck_brings_it_later(self):
        parts = Connection("c1", told(2, 4)), Connection("c2", told(3, 4, 5, 6, 7, 8))

        assert faults(story(*parts)) == {Fault.SKIPPED}

    @pytest.mark.parametrize("came", [(2, 2, 3, 4), (2, 3, 2, 4), (1, 2, 3, 4)])
    def test_with_one_twice_is_duplicated(self, came):
        connection = Connection("c1", told(*came, 5, 6, 7, 8))

        assert faults(story(connection)) == {Fault.DUPLICATED}

    def test_that_goes_behind_its_cursor_after_resuming_is_duplicated(self):
        parts = Connection("c1", told(2, 3, 4, 5)), Connection("c5", told(5, 6, 7, 8))

        assert faults(story(*parts)) == {Fault.DUPLICATED}

    def test_with_two_in_the_wrong_order_is_misordered(self):
        connection = Connection("c1", told(2, 4, 3, 5, 6, 7, 8))

        assert faults(story(connection)) == {Fault.MISORDERED}

    @pytest.mark.parametrize(
        "audience",
        [
            Audience(customer_id=2),
            Audience(resellers=frozenset({20})),
            Audience(types=frozenset({"customer.created"})),
        ],
    )
    def test_with_anothers_event_is_foreign(self, audience):
        connection = Connection("c1", told(2, 3, 4, 6, 8))

        assert Fault.FOREIGN in faults(story(connection, audience=audience))

    def test_with_an_event_that_was_never_committed_is_unknown(self):
        connection = Connection("c1", [*told(2, 3), Delivery("e99", "c99"), *told(4, 5, 6, 7, 8)])

        assert faults(story(connection)) == {Fault.UNKNOWN}

    def test_with_two_cursors_of_one_event_or_two_events_of_one_cursor_is_told(self):
        again = Connection("c1", [Delivery("e2", "other")])
        shared = Connection(
            "c1", [Delivery("e2", "c2"), Delivery("e3", "c2"), *told(4, 5, 6, 7, 8)]
        )

        assert faults(story(WHOLE, again)) == {Fault.CURSOR}
        assert faults(story(shared)) == {Fault.CURSOR}

    def test_with_a_refusal_is_told(self):
        refused = story(WHOLE)
        refused.tracks[0].refusals.append("INVALID: is ahead of the event log")

        assert faults(refused) == {Fault.REFUSED}


class TestTheLog:
    @pytest.mark.parametrize("place", [0, 9, 1])
    def test_with_a_hole_is_told(self, place):
        log = [*LOG[:-1], replace(LOG[-1], position=place)]

        assert Fault.HOLE in faults(story(WHOLE, facts=log))

    def test_with_a_streams_numbers_out_of_order_is_told(self):
        log = [*LOG[:5], replace(LOG[5], seq=4), LOG[6], replace(LOG[7], seq=3)]

        assert faults(story(WHOLE, facts=log)) == {Fault.STREAM}


class TestTheWritersStories:
    def test_must_be_in_the_log_if_acknowledged(self):
        promised = [Change("writer", "customer.updated", Outcome.DONE, number=9)]
        to_another = [Change("writer", "customer.updated", Outcome.DONE, 7, number=1)]
        unknown = [Change("writer", "customer.updated", Outcome.UNKNOWN, number=8)]

        assert faults(story(WHOLE, changes=promised)) == {Fault.CHANGE_LOST}
        assert faults(story(WHOLE, changes=to_another + unknown)) == {Fault.CHANGE_LOST}

    @pytest.mark.parametrize("number", [0, 1, 8, 20])
    def test_may_be_in_the_log_if_the_answer_was_lost(self, number):
        changes = [
            Change("writer", "customer.updated", Outcome.DONE, number=8 - min(number, 8)),
            Change("writer", "customer.updated", Outcome.UNKNOWN, number=number),
        ]

        assert findings(story(WHOLE, changes=changes)) == []

    def test_must_not_be_in_the_log_if_refused_or_more_than_once(self):
        refused = [
            Change("writer", "customer.updated", Outcome.DONE, number=7),
            Change("writer", "customer.updated", Outcome.REFUSED),
        ]

        assert faults(story(WHOLE, changes=refused)) == {Fault.CHANGE_INVENTED}


class TestHandlers:
    def effects(self, *positions: int) -> list[Effect]:
        by_position = {one.position: one for one in LOG}
        return [
            Effect(f"e{position}", by_position[position].stream, position) for position in positions
        ]

    def test_may_take_the_streams_in_turns_of_their_own(self):
        effects = self.effects(2, 1, 4, 6, 3, 8, 5, 7)

        assert findings(story(WHOLE, effects=effects)) == []

    def test_without_an_effect_are_told(self):
        assert faults(story(WHOLE, effects=self.effects(1, 2, 3, 4, 5, 6, 7))) == {
            Fault.EFFECT_LOST
        }

    def test_with_an_effect_twice_are_told(self):
        effects = self.effects(1, 2, 3, 4, 5, 6, 7, 8, 8)

        assert faults(story(WHOLE, effects=effects)) == {Fault.EFFECT_REPEATED}

    def test_with_a_streams_events_out_of_order_are_told(self):
        effects = self.effects(1, 2, 5, 3, 4, 6, 7, 8)

        assert faults(story(WHOLE, effects=effects)) == {Fault.EFFECT_MISORDERED}

    def test_with_something_left_over_are_told(self):
        left = story(WHOLE, leftovers=["dead letter of billing at 3"])

        assert faults(left) == {Fault.LEFT_OVER}
