"""The sockets that are listened on: every address of the host, and options that clients get."""

import socket

import pytest

from graph.transport.listening import listening_sockets


@pytest.fixture
def listening():
    sockets = listening_sockets("127.0.0.1", 0)
    yield sockets
    for each in sockets:
        each.close()


class TestListening:
    def test_what_is_accepted_is_given_up_when_the_client_does_not_read_for_half_a_minute(
        self, listening
    ):
        [ours] = listening
        ours.listen()

        with socket.create_connection(ours.getsockname()):
            accepted, _ = ours.accept()
            with accepted:
                timeout = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

        assert timeout == 30_000

    def test_a_name_is_listened_on_at_each_of_its_addresses(self):
        addresses = {entry[4][0] for entry in socket.getaddrinfo("localhost", 0)}

        sockets = listening_sockets("localhost", 0)

        assert {each.getsockname()[0] for each in sockets} == addresses
        for each in sockets:
            each.close()

    def test_workers_can_be_given_it(self, listening):
        assert all(each.get_inheritable() for each in listening)

    def test_a_port_that_is_taken_is_told(self, listening):
        [ours] = listening
        ours.listen()

        with pytest.raises(OSError, match="Address already in use"):
            listening_sockets(*ours.getsockname())
