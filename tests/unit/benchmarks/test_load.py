"""The clients of the benchmark: every answer is whole, and a success."""

import pytest

from benchmarks.load import Answers, Asked, BadAnswer

SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nserver: x\r\n\r\nhello world"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("answer", "body"),
    [(SIZED, b"hello world"), (CHUNKED, b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")],
)
def test_an_answer_in_pieces_is_one_answer(answer: bytes, body: bytes):
    for size in range(1, len(answer) + 1):
        answers = Answers()
        pieces = [answer[at : at + size] for at in range(0, len(answer), size)]

        *before, last = [answers.next(piece) for piece in pieces]

        assert before == [None] * (len(pieces) - 1)
        assert last == body


def test_the_next_answer_of_a_connection_begins_anew():
    answers = Answers()

    assert [answers.next(SIZED), answers.next(CHUNKED), answers.next(SIZED)][::2] == [
        b"hello world",
        b"hello world",
    ]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_what_is_no_success_or_has_no_length_is_refused(answer: bytes):
    with pytest.raises(BadAnswer):
        Answers().next(answer)


def test_a_run_is_asked_for_in_one_line():
    asked = Asked(8000, 8, 1.5, (b"POST / HTTP/1.1\r\n\r\n\xff", b"x"), first=97)

    line = asked.encoded()

    assert line.count(b"\n") == 1
    assert Asked.decoded(line.decode()) == asked
