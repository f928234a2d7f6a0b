"""The prices of an operation that were found before."""

from graph.limits.price import Pricing, Sizes

_MOST = 256


class Prices:
    """
    What one operation of a document costs, by the sizes that its variables tell.

    Nothing else of the variables makes a difference to a price.
    """

    def __init__(self) -> None:
        #: The variables that tell a size; None until the operation was priced.
        self._names: tuple[str, ...] | None = None
        self._known: dict[Sizes, int] = {}

    def total(self, pricing: Pricing) -> int:
        """``pricing.total()``, walked through once for the same sizes."""
        if self._names is not None:
            known = self._known.get(pricing.sizes(self._names))
            if known is not None:
                return known
        total = pricing.total()
        self._names = tuple(pricing.asked)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[pricing.sizes(self._names)] = total
        return total
