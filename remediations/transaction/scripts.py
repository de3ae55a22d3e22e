"""What a step looks like on the host: small scripts in a folder of the run, for whoever has to look later."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import quote

from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step

HOST = Path(__file__).parent / "host"


def text(name: str) -> str:
    """A script of the host's side."""
    return (HOST / name).read_text(encoding="utf-8")


def files_of(step: Step, run: str, number: int) -> Mapping[str, str]:
    """`keep`, `do`, `undo`, `what`, and `content` where there is one; each script runs in the step's folder."""
    if isinstance(step, RunCommand):
        return {"keep": "", "do": step.command + "\n", "undo": (step.undo or ":") + "\n", "what": step.what + "\n"}
    folder, _, name = step.path.rpartition("/")
    given = _given(path=step.path, new=f"{folder}/.{name}.{run}-{number}")
    after = f"{step.activate}\n" if step.activate else ""
    files = {"keep": given + text("keep.sh"), "undo": given + text("restore.sh") + after, "what": step.what + "\n"}
    if isinstance(step, RemoveFile):
        return files | {"do": given + text("remove.sh") + after}
    put = given + f"mode={quote(step.mode)} owner={quote(step.owner)}\n"
    return files | {"do": put + text("install.sh") + after, "content": step.content}


def _given(**paths: str) -> str:
    return "".join(f'{name}="$ROOT"{quote(path)}\n' for name, path in paths.items())


def candidate_of(steps: Iterable[tuple[int, Step]]) -> str:
    """Builds the touched folders below $CANDIDATE as they will be, without touching them."""
    touched = [(number, step) for number, step in steps if not isinstance(step, RunCommand)]
    folders = sorted({step.path.rpartition("/")[0] for _, step in touched})
    lines = [f'mkdir -p "$CANDIDATE"{quote(folder)}\n[ ! -d "$ROOT"{quote(folder)} ] || '
             f'cp -a "$ROOT"{quote(folder)}/. "$CANDIDATE"{quote(folder)}/' for folder in folders]
    lines += [_placed(number, step) for number, step in touched]
    return "set -eu\numask 022\n" + "".join(f"{line}\n" for line in lines)


def _placed(number: int, step: InstallFile | RemoveFile) -> str:
    place = f'"$CANDIDATE"{quote(step.path)}'
    if isinstance(step, RemoveFile):
        return f"rm -f {place}"
    return f"rm -f {place}\ncp {number}/content {place}\nchmod {quote(step.mode)} {place}"
