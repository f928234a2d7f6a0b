"""Just enough of RFC 6455 for clients that read what a server sends."""


def next_frame(received: bytearray) -> tuple[int, bytes] | None:
    """Take the next whole frame: its opcode and payload. A server's frames are not masked."""
    if len(received) < 2:
        return None
    size, start = received[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(received[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(received[2:10], "big"), 10
    if len(received) < start + size:
        return None
    kind, payload = received[0] & 0x0F, bytes(received[start : start + size])
    del received[: start + size]
    return kind, payload
