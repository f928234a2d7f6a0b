"""Whether a bar is met: the median of the ratios of rounds that took turns."""

from benchmarks.bars import APOLLO, BARS, OURS, POSTGRAPHILE, STOCK, Bar, Ratio, ratio, verdicts

RATES = {
    "ONE": {
        OURS: [100.0, 300.0, 240.0],
        POSTGRAPHILE: [200.0, 200.0, 200.0],
        APOLLO: [50.0, 400.0, 100.0],
        STOCK: [10.0, 20.0, 30.0],
        f"{OURS}, a reseller's token": [1.0, 1.0, 1.0],
    }
}


class TestARatio:
    def test_is_taken_round_by_round(self):
        assert ratio(RATES, "ONE", POSTGRAPHILE) == Ratio(median=1.2, least=0.5, greatest=1.5)

    def test_to_the_best_of_them_is_to_each_round_s_best(self):
        assert ratio(RATES, "ONE", None) == Ratio(median=0.75, least=0.5, greatest=1.2)

    def test_is_none_where_nothing_was_measured(self):
        assert ratio(RATES, "LIST", POSTGRAPHILE) is None
        assert ratio({"ONE": {OURS: [1.0]}}, "ONE", None) is None

    def test_shows_its_spread(self):
        assert str(Ratio(1.234, 0.5, 12.0)) == "1.23× (0.50 … 12.00)"


class TestABar:
    def test_is_met_by_the_median_alone(self):
        [verdict] = verdicts(RATES, [Bar("ONE", POSTGRAPHILE, 1.2)])

        assert verdict.is_met
        assert verdict.cells == ("ONE", "PostGraphile 5", "1.2×", "1.20× (0.50 … 1.50)", "pass")

    def test_is_missed_below(self):
        [verdict] = verdicts(RATES, [Bar("ONE", None, 0.8)])

        assert verdict.cells == (
            "ONE",
            "the best of them",
            "0.8×",
            "0.75× (0.50 … 1.20)",
            "**miss**",
        )

    def test_is_left_out_where_nothing_was_measured(self):
        assert verdicts({}, BARS) == []

    def test_stands_where_the_design_put_it(self):
        demanded = {(bar.case, bar.peer): bar.least for bar in BARS}

        assert demanded[("ONE", POSTGRAPHILE)] == 1.0
        assert demanded[("LIST", POSTGRAPHILE)] == 1.5
        assert demanded[("ONE", STOCK)] == demanded[("LIST", STOCK)] == 12.0
        assert [case for case, peer in demanded if peer is None] == [
            "ONE",
            "LIST",
            "PAGE",
            "DEEP",
            "ENTITIES",
            "MUTATION",
        ]
