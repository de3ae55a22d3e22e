"""The journal that SQLite keeps beside a database in the middle of a transaction, and what somebody else can make of one."""

from pathlib import Path

from gate.bounded import MOST_RECORDED, read_bounded

# How a journal ends that belongs to several files, and names one more.
NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")


def leads_to_another(journal: Path) -> str:
    """Return why this journal is not to be rolled back, or "".

    SQLite would delete the file that it names. It is made for transactions over several databases, so that a history never
    has such a journal.
    """
    if journal.is_symlink():
        return f"{journal.name} beside it is a link to another file; look who made it, and remove it"
    try:
        ending = read_bounded(journal, MOST_RECORDED)[-len(NAMES_ANOTHER) :]
    except FileNotFoundError:  # as ever, or another process has ended its transaction meanwhile
        return ""
    except OSError as error:
        return f"{journal.name}: {error}"
    named = f"{journal.name} beside it names another file, which SQLite would delete; look who made it, and remove it"
    return named if ending == NAMES_ANOTHER else ""
