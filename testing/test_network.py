"""The short messages for errors of the network."""

import pytest

from fixtures.ask.network import network_message

WRAPPED = "HTTPSConnectionPool(host='edge', port=6443): Max retries exceeded (Caused by NewConnectionError('<x>: {}'))"


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (WRAPPED.format("Failed to establish a new connection: [Errno 111] Connection refused"), "Connection refused"),
        (WRAPPED.format("[Errno 113] No route to host"), "No route to host"),
        ("HTTPSConnectionPool(host='edge', port=6443): Read timed out. (read timeout=4.999)", "timed out"),
        ("[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate", "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate"),
        ("", "OSError"),
    ],
)
def test_a_refusal_is_told_without_its_wrapping(raised: str, expected: str) -> None:
    assert network_message(OSError(raised) if raised else OSError()) == expected
