"""The interval of a proportion and the quantiles of Student's t, without scipy."""

import math
from functools import lru_cache
from statistics import NormalDist

_EXACT_UP_TO = 200


def wilson(successes: int, n: int) -> tuple[float, float] | None:
    """Return the 95% interval of a proportion: the score interval of Wilson (1927), JASA 22, p. 209; None for n = 0.

    Raises ValueError where 0 ≤ successes ≤ n does not hold.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion")
    if n == 0:
        return None
    z = NormalDist().inv_cdf(0.975)
    share, square = successes / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    # At the ends of the scale the exact bounds are 0 and 1, which floating-point numbers miss by a little.
    return 0.0 if successes == 0 else middle - half, 1.0 if successes == n else middle + half


@lru_cache(maxsize=1024)
def t_quantile(p: float, df: int) -> float:
    """Return the quantile `p` of Student's t with a whole number `df` ≥ 1 of degrees of freedom.

    Up to 200 degrees the distribution function is inverted by bisection, beyond by the asymptotic expansion
    around the normal quantile (Abramowitz & Stegun 1964, 26.7.5), which is then right to ten digits.
    Raises ValueError where 0 < p < 1 and df ≥ 1 do not hold.
    """
    if not 0 < p < 1 or df < 1:
        raise ValueError(f"no t quantile for p = {p}, df = {df}")
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -t_quantile(1 - p, df)
    if df > _EXACT_UP_TO:
        return _expansion(NormalDist().inv_cdf(p), df)
    low, high = 0.0, 1.0
    while t_central(high, df) < 2 * p - 1:
        low, high = high, 2 * high
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if t_central(middle, df) < 2 * p - 1 else (low, middle)
    return high


def t_central(t: float, df: int) -> float:
    """Return P(|T| ≤ t) for Student's t with `df` degrees, as the finite sum of Abramowitz & Stegun 26.7.3–4."""
    theta = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(theta), math.cos(theta)
    odd = df % 2
    term = cosine if odd else 1.0
    total = term if df > 1 else 0.0
    for k in range(3 if odd else 2, df - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2 / math.pi * (theta + sine * total) if odd else sine * total


def _expansion(x: float, df: int) -> float:
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(float(term / df**power) for power, term in enumerate(terms, 1))
