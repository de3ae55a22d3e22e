"""Takes away what init made: on the server first, then in the folder, whose journal goes last."""

from pathlib import Path

from init.admin import Admin, last_line
from init.errors import InitError
from init.folder import alone, read_journal, remove_files
from init.look import Found
from init.options import Options
from init.plan import removal
from init.server import remove_script
from init.terminal import Terminal


def remove(given: Options, folder: Path, admin: Admin, user: str, found: Found, terminal: Terminal) -> int:
    """Show what goes, ask, and take it away. Return 0; raises InitError if something is left."""
    for line in removal(admin.name, folder, user, found):
        terminal.say(line)
    if given.dry_run:
        terminal.say("\nNothing was changed.")
        return 0
    if not given.yes and not terminal.agrees("\nTake all of it away?"):
        raise InitError("nothing was changed")
    if found.silent:
        raise InitError(
            f"{admin.name}: the cluster does not answer, and would keep the role: start it, then run this again"
        )
    done = admin.as_root(remove_script(user, found.cluster))
    if done.status:
        raise InitError(f"{admin.name}: something is left: {last_line(done.err)}; mend it, then run this again")
    terminal.say(f"\n{admin.name}: as before; nothing of it is left")
    if found.fixes:
        terminal.say(f"  ! /var/lib/phase0-gate stays: what {found.fixes} runs of --fix replaced, and can bring back")
    if (journal := read_journal(folder)) is not None:
        with alone(folder):
            left = remove_files(folder, journal)
        terminal.say(f"{folder}: {'stays, with ' + ', '.join(left) if left else 'removed'}")
    return 0
