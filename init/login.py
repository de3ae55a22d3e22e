"""Log in to the server as its administrator, once somebody vouches for its host key."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from init.admin import Admin, Reach, key_name, options
from init.errors import InitError
from init.folder import HOSTS, Journal
from init.host_key import CONSOLE, HostKey, kept_by, keys_in, shown_by, vouched
from init.options import Options
from init.terminal import Terminal


@contextmanager
def logged_in(
    given: Options, journal: Journal, reach: Reach, folder: Path, terminal: Terminal
) -> Iterator[tuple[Admin, HostKey]]:
    """Log in, and log out in the end. Raises InitError if the key is another one, nobody vouches for it, or ssh is refused."""
    words = options(journal.ssh_config, journal.port, journal.admin)
    with tempfile.TemporaryDirectory(prefix="phase0-init-") as private:
        key = shown_by(journal.host, reach, words, Path(private))
        compare(given, reach, key, folder / HOSTS, terminal)
        known = Path(private) / HOSTS
        known.write_text(key.line(key_name(reach.way)), encoding="utf-8")
        admin = Admin(journal.host, reach, words, known, asks=terminal.answers)
        try:
            admin.open()
            yield admin, key
        finally:
            admin.close()


def compare(given: Options, reach: Reach, key: HostKey, file: Path, terminal: Terminal) -> None:
    """Return once somebody vouches for the key: the folder, --fingerprint, your known_hosts, or a person at the console."""
    terminal.say(f"{reach.way.address} shows the host key {key.fingerprint} ({key.kind}).")
    kept = keys_in(file.read_text(encoding="utf-8", errors="replace")) if file.exists() else []
    if kept and key not in kept:
        vouched(key, reach, kept, "")  # raises InitError where it is one of the same type
    by = vouched(key, reach, [*kept, *kept_by(reach)], given.fingerprint)
    if by:
        terminal.say(f"It is vouched for by {'the folder of this server' if key in kept else by}.")
        return
    console = CONSOLE.format(kind=key.kind)
    if given.yes or not terminal.answers:
        raise InitError(
            f"{reach.way.address}: nobody vouches for its host key; compare it at the console of the server ({console}), "
            f"then add --fingerprint={key.fingerprint}"
        )
    terminal.say(f"What came over the network alone proves nothing. At the console of the server, compare: {console}")
    if terminal.ask("Is it the same? Write yes, or the fingerprint of the console: ") not in ("yes", key.fingerprint):
        raise InitError("the host key was not confirmed; nothing was changed")
