"""Documents that clients have registered by their sha-256 (automatic persisted queries)."""

from collections import OrderedDict

#: At most 32 MiB, when each is as long as a document may be.
MOST_REMEMBERED = 1_000


class Remembered:
    """
    The documents that were asked for last, in the memory of one process.

    Another process, or this one after a restart, does not know them: its clients are told so and
    send the document once more, which the protocol is made for.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._texts: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, sha256: str) -> str | None:
        """The document, if it is still known."""
        text = self._texts.get(sha256)
        if text is not None:
            self._texts.move_to_end(sha256)
        return text

    def put(self, sha256: str, text: str) -> None:
        """Know the document; the one not asked for the longest makes room."""
        self._texts[sha256] = text
        self._texts.move_to_end(sha256)
        if len(self._texts) > self._most:
            self._texts.popitem(last=False)
