"""shares: a share of rows with its interval, and the difference of two shares with its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964  # 95 %
DIGITS = 9  # what lies beyond is the noise of floating point: 2e-19 for 0


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share. Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    share = hits / trials
    middle = share + Z * Z / (2 * trials)
    reach = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    whole = 1 + Z * Z / trials
    low, high = (min(1.0, max(0.0, round(end / whole, DIGITS))) for end in (middle - reach, middle + reach))
    return low, high


def percent(share: float) -> str:
    """0.578 as "57.8 %", 0.95 as "95 %"."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share 0-1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        return wilson(self.hits, self.of)


def difference(now: Share, before: Share) -> tuple[float, float]:
    """The 95 % interval of now - before. Newcombe 1998, method 10, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    The two count as independent samples; where they are the same rows, the true interval is narrower.
    """
    (low, high), (low_before, high_before) = now.interval, before.interval
    middle = now.value - before.value
    down = math.hypot(now.value - low, high_before - before.value)
    up = math.hypot(high - now.value, before.value - low_before)
    return max(-1.0, round(middle - down, DIGITS)), min(1.0, round(middle + up, DIGITS))
