"""Quantiles of t agree with scipy, whose values are written down here."""

import math

import pytest

from viva.stats.intervals import t_quantile

# scipy 1.17.1: scipy.stats.t.ppf(p, df)
SCIPY = {
    0.95: {1: 6.313751514675037, 2: 2.9199855803537242, 9: 1.833112932656237, 15000: 1.644955217873615},
    0.975: {
        1: 12.706204736174694,
        2: 4.302652729749462,
        3: 3.1824463052837078,
        4: 2.7764451051977934,
        9: 2.262157162798205,
        10: 2.228138851986274,
        29: 2.045229642132703,
        30: 2.0422724563012378,
        127: 1.9788195347028539,
        200: 1.9718962236339088,
        201: 1.971836506779859,
        1000: 1.9623390808264083,
        15000: 1.9601221485006026,
    },
    0.995: {1: 63.656741162871526, 4: 4.604094871349992, 30: 2.7499956535672254, 1000: 2.580754698065951},
}


@pytest.mark.parametrize(("p", "df"), [(p, df) for p, values in SCIPY.items() for df in values])
def test_t_quantile_agrees_with_scipy(p: float, df: int) -> None:
    assert t_quantile(p, df) == pytest.approx(SCIPY[p][df], rel=1e-10)


def test_t_quantile_is_symmetric_and_zero_in_the_middle() -> None:
    assert t_quantile(0.025, 7) == -t_quantile(0.975, 7)
    assert t_quantile(0.5, 7) == 0.0


@pytest.mark.parametrize(("p", "df"), [(0.0, 5), (1.0, 5), (math.nan, 5), (0.9, 0)])
def test_t_quantile_refuses_what_has_no_quantile(p: float, df: int) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(p, df)
