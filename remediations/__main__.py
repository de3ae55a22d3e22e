"""`python -m remediations runs|rollback RUN|prune|rights --target=NAME`: what was changed, and who may change it."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures.ask.answer import Unknown
from fixtures.ask.connection import Connection
from fixtures.ask.redaction import error_text
from fixtures.rights.files import audit_files, cluster_files, write_files
from fixtures.target import Target, TargetError
from fixtures.target.folder import find_folder, load_target
from gate.command import Parser, complain, spoken, status_of
from gate.sentence import phrase
from remediations.transaction.apply import UNDO_SECONDS
from remediations.transaction.journal import Record, State, may_be_taken_back, prunable, read_journals
from remediations.transaction.lock import locked
from remediations.transaction.memory import remember
from remediations.transaction.remedy import load_remedies
from remediations.transaction.rights import fix_files
from remediations.transaction.session import Session, TransactionError, must

PRUNED = 90  # days after which a run may go
DEPLOY = Path(__file__).parents[1] / "deploy"


def parser() -> Parser:
    """Return the parser of the command line."""
    top = Parser(prog=spoken("python -m remediations"), description="What --fix changed on a server.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, usage: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=usage, description=usage)

    command("runs", "list every run of --fix on a server, its remedies and how it ended")
    command("rollback", "take a whole run of --fix back").add_argument("run", metavar="RUN")
    old = command("prune", "remove what the server keeps of runs that ended long ago")
    old.add_argument("--days", type=_days, default=PRUNED, metavar="N", help=f"how long ago, in days ({PRUNED})")
    rights = command("rights", "write the sudoers, roles and the observer that audit and fix need")
    rights.add_argument("--into", type=Path, default=DEPLOY, metavar="FOLDER", help="where audit/ and fix/ go")
    for each in commands.choices.values():
        each.add_argument("--target", required=True, metavar="NAME|PATH", help="a folder of targets/, or its path")
    return top


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status: 0 on success, 1 on an error, 4 if the target cannot be used."""
    options = parser().parse_args(arguments)
    try:
        target = load_target(find_folder(options.target), example=options.command == "rights")
    except TargetError as error:
        return complain(error_text(error), 4)
    if options.command == "rights":
        return write_rights(target, options.into)
    return _on_the_host(Connection(target), options)


def _on_the_host(connection: Connection, options: argparse.Namespace) -> int:
    try:
        connection.open()
        if options.command == "prune":
            return prune(connection, options.days)
        return runs(connection) if options.command == "runs" else rollback(connection, options.run)
    except Unknown as unknown:
        return complain(phrase("reason", unknown.code, unknown.values, "en"), 1)
    except TransactionError as error:
        return complain(error_text(error), 1)
    finally:
        connection.close()


def write_rights(target: Target, folder: Path) -> int:
    """Write the files that give an account the rights to audit and to fix. The host is not contacted."""
    write_files(folder / "audit", audit_files(target))
    write_files(folder / "kubernetes", cluster_files())
    write_files(folder / "fix", fix_files(load_remedies().values()))
    print(f"{folder}/audit and {folder}/fix: docs/rights.md says how to install them")
    return 0


def runs(connection: Connection) -> int:
    """Print every run of `--fix` on the host. It takes no lock, so that it also lists a run in progress."""
    session = Session(connection.start)
    try:
        records = _journals(session)
    finally:
        session.close()
    for run in records:
        print(f"{run.id}  {run.state:<15}  {len(run.standing):2} steps in effect  {run.who}  {', '.join(run.remedies)}")
    if not records:
        print("no run of --fix has changed this host")
    return 0


def rollback(connection: Connection, run: str) -> int:
    """Take back all steps of a run. Raises TransactionError if a later run is still in effect."""
    with locked(connection, connection.target.target.title) as session:
        record = may_be_taken_back(_journals(session), run)
        if complaint := remember(connection.target.path("history.sqlite"), connection.host_key):
            print(complaint, file=sys.stderr)
        reply = session.call("undo", run, seconds=UNDO_SECONDS)
        if reply.status:
            raise TransactionError(f"{run}: {'; '.join(reply.lines)}")
        if record.state is State.INTERRUPTED:
            must(session, "finish", run)
    for line in reply.lines:
        print(line)
    print(
        f"{run}: {len(record.standing)} steps taken back; what was kept is in /var/lib/phase0-gate/runs/{run} on the server"
    )
    return 0


def prune(connection: Connection, days: int) -> int:
    """Whatever a run kept goes with it: files as they were, manifests of pods. It cannot be taken back any more."""
    with locked(connection, connection.target.target.title) as session:
        records, kilobytes = _journals(session), _sizes(session)
        old = prunable(records, datetime.now(UTC) - timedelta(days=days))
        for run in old:
            must(session, "forget", run.id)
            was = f"{len(run.standing)} steps of it stand, and stay" if run.standing else run.state
            print(f"{run.id}  removed  {kilobytes.get(run.id, 0)} kB  {was}")
    kept = len(records) - len(old)
    print(f"{len(old)} of {len(records)} runs removed; {kept} ended within {days} days, or have no end")
    return 0


def _sizes(session: Session) -> dict[str, int]:
    """What each run takes on the server, in kB."""
    rows = [line.split() for line in must(session, "sizes")]
    return {row[1]: int(row[0]) for row in rows if len(row) == 2}


def _days(written: str) -> int:
    """ValueError for what is no whole number of days from 1 on."""
    days = int(written)
    if days < 1:
        raise ValueError(written)
    return days


def _journals(session: Session) -> tuple[Record, ...]:
    return read_journals(must(session, "journals"))


if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
