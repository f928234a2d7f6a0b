"""What usage beyond allowance and top-ups costs at the end of a month. Pure."""

from dataclasses import dataclass

from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Overage:
    """``octets`` beyond what was paid for: ``blocks`` begun, at the price of one each."""

    octets: int
    blocks: int
    amount: Money


def overage(
    *,
    metered_octets: int,
    allowance_octets: int | None,
    drawn_octets: int,
    block_octets: int | None,
    price: Money | None,
) -> Overage | None:
    """
    The overage of a month; None on a plan that does not charge for it.

    ``drawn_octets`` are what top-ups paid for. Each block that was begun counts whole.
    """
    if allowance_octets is None or block_octets is None or price is None:
        return None
    octets = max(0, metered_octets - allowance_octets - drawn_octets)
    blocks = -(-octets // block_octets)
    return Overage(octets, blocks, Money(blocks * price.minor, price.currency))
