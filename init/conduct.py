"""One run of init, from the words to the verdict: it looks, shows, asks, installs, checks and audits; or takes it all away."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from fixtures.rights.observer import HOME
from fixtures.target import Target, TargetError
from fixtures.target.folder import load_target
from gate.command import UNUSABLE
from init.admin import Admin, last_line, options, resolve
from init.errors import InitError
from init.folder import BY_HAND, HOSTS, KEY, TARGET, Journal, place_of, read_journal
from init.installing import Work, install
from init.login import logged_in
from init.look import SCRIPT, Found, LookError, read_look
from init.options import Options, refuse_nobodys
from init.plan import plan
from init.removing import remove
from init.seeing import refusals, seen, unknown
from init.target_toml import ACCOUNT, sections, target_toml
from init.terminal import Terminal
from init.verdict import judge


def initialise(given: Options, terminal: Terminal) -> int:
    """Run init, and return the exit status: 0 once it did what was asked, whatever the verdict. Raises InitError."""
    folder = place_of(given.name)
    journal = start(given, folder, read_journal(folder))
    if not (given.yes or given.dry_run or terminal.answers):
        raise InitError("there is no terminal to ask at: write --yes to agree, or --dry-run to see the plan", UNUSABLE)
    reach = resolve(journal.host, options(journal.ssh_config, journal.port, journal.admin))
    refuse_nobodys(reach.way.address)
    target = _target(folder, given)
    user = target.host.user if target else ACCOUNT
    with logged_in(given, journal, reach, folder, terminal) as (admin, key):
        why = admin.become_root(terminal.password if terminal.answers else None)
        if given.remove:
            _must_be_root(admin, why)
            return remove(given, folder, admin, user, look(admin, user), terminal)
        found = look(admin, user, rooted=not why)
        _say_what_was_seen(given, admin, found, why, terminal)
        _must_be_possible(admin, user, found, journal, why)
        text = "" if target else target_toml(given.name, reach.way, found, date.today())
        work = Work(given, folder, journal, reach.way, key, found, text, target or _staged(given.name, text))
        if not _carried_out(work, admin, terminal):
            return 0
    return judge(given, folder, terminal)


def _carried_out(work: Work, admin: Admin, terminal: Terminal) -> bool:
    """Show the plan, ask, and do it. Return false for a dry run; raises InitError if a person disagrees."""
    for line in plan(work):
        terminal.say(line)
    if work.given.dry_run:
        terminal.say("\nNothing was changed.")
        return False
    if not work.given.yes and not terminal.agrees("\nDo all of this?"):
        raise InitError("nothing was changed")
    install(work, admin, terminal)
    return True


def start(given: Options, folder: Path, journal: Journal | None) -> Journal:
    """Return the journal of this run, from the words and that of an earlier one. Raises InitError if they do not fit."""
    for wrong in _wrong(given, folder, journal):
        raise InitError(wrong, UNUSABLE)
    was = journal or Journal(given.host)
    return msgspec.structs.replace(
        was, admin=given.admin or was.admin, port=given.port or was.port, ssh_config=_config(given) or was.ssh_config
    )


def _wrong(given: Options, folder: Path, journal: Journal | None) -> Iterator[str]:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        yield f"{folder}: is no folder; write another name"
    if journal is not None:
        if given.host not in ("", journal.host):
            yield f"{folder}: is of {journal.host}; leave --host out, or write another name"
    elif (folder / TARGET).exists() and not given.remove:
        yield f"{folder}: is there, and init did not make it; write another name, or see {BY_HAND}"
    elif not given.host:
        yield f"init knows no server {given.name}; write where it is: --host ADDRESS"


def _config(given: Options) -> str:
    if not given.ssh_config:
        return ""
    file = Path(given.ssh_config).expanduser().absolute()
    if not file.is_file():
        raise InitError(f"--ssh-config {given.ssh_config}: there is no such file", UNUSABLE)
    return str(file)


def _target(folder: Path, given: Options) -> Target | None:
    """Return the target of the folder, or None if it is not written yet. What is to be removed need not be valid."""
    if not (folder / TARGET).exists():
        return None
    try:
        return load_target(folder)
    except TargetError:
        if given.remove:
            return None
        raise


def look(admin: Admin, user: str, *, rooted: bool = True) -> Found:
    """Look at the server. Raises InitError if the answer is not whole."""
    script = f"user={user} home={HOME}\n{SCRIPT.read_text(encoding='utf-8')}"
    done = (admin.as_root if rooted else admin.run)(script)
    try:
        return read_look(done.out)
    except LookError as error:
        raise InitError(f"{admin.name}: {error} ({last_line(done.err)}); run this again") from error


def _say_what_was_seen(given: Options, admin: Admin, found: Found, why: str, terminal: Terminal) -> None:
    way = admin.reach.way
    terminal.say(f"\nSeen on {admin.name}{', without the rights of root' if why else ''}:")
    for line in seen(found, sections(given.name, way, found, date.today())):
        terminal.say(line)
    for line in unknown(found, way, admin.reach.command):
        terminal.say(f"  ! {line}")


def _must_be_possible(admin: Admin, user: str, found: Found, journal: Journal, why: str) -> None:
    """Raise InitError if nothing can be installed on this server."""
    _must_be_root(admin, why)
    for line in refusals(found, user):
        raise InitError(f"{admin.reach.way.address}: {line}; nothing was changed")
    if (found.ours or found.account) and not journal.installed:
        raise InitError(
            f"{admin.reach.way.address} has the account of an audit already, which another folder made; use that folder, or "
            f"take the account away first: the same command with --remove"
        )


def _must_be_root(admin: Admin, why: str) -> None:
    if why:
        unasked = "password" in why and not admin.password
        cure = "run this in a terminal, which asks for it" if unasked else "name an account that may with --admin"
        raise InitError(f"{admin.name} cannot become root: {last_line(why)}; {cure}; nothing was changed")


def _staged(name: str, text: str) -> Target:
    """Return the target that a text describes, before it is written into its folder."""
    with tempfile.TemporaryDirectory(prefix="phase0-init-") as private:
        place = Path(private) / name
        place.mkdir()
        (place / TARGET).write_text(text, encoding="utf-8")
        for name in (KEY, HOSTS):  # a target names no file that is not there
            (place / name).touch(mode=0o600)
        return load_target(place)
