"""How a file is put where another one stands: what forbids it, and which mode and owner it keeps. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from fixtures.host.system.files import HostFile, Obstacle, obstacles_in
from gate.contract import Text
from gate.sentence import LANGUAGES, phrase
from remediations.transaction.messages import Sentence
from remediations.transaction.step import InstallFile, Note, RemoveFile, Step

FORBIDDEN = 0o7022  # special bits, and a file that others may write
READ, RUN = 0o044, 0o111


def met_by(steps: Iterable[Step], seen: Mapping[str, object]) -> tuple[Note, ...]:
    """A note for each file of the steps that cannot be replaced whole, and why; `seen` are the facts by name."""
    found: dict[str, Obstacle] = {}
    for fact in seen.values():
        found |= obstacles_in(getattr(fact, "files", getattr(getattr(fact, "setup", None), "files", None)))
    paths = dict.fromkeys(step.path for step in steps if isinstance(step, InstallFile | RemoveFile))
    return tuple(_note(found[path]) for path in paths if path in found)


def _note(obstacle: Obstacle) -> Note:
    values = {"path": obstacle.path, "about": obstacle.about}
    texts = (phrase("fix", f"obstacle-{obstacle.kind}", values, language) for language in LANGUAGES)
    return Note(Sentence(Text(*texts)))


def as_placed(step: Step) -> Step:
    """The step with the mode and owner that the file there has, where they are no laxer than what was asked for."""
    if not isinstance(step, InstallFile) or step.before is None:
        return step
    mode = step.before.mode if _may_stay(int(step.before.mode, 8), int(step.mode, 8)) else step.mode
    return msgspec.structs.replace(step, mode=mode, owner=_owner(step.before, step, mode))


def _may_stay(now: int, wanted: int) -> bool:
    """Nobody else may write it, nobody may read it who should not, and who should run it can."""
    return not now & FORBIDDEN and not now & READ & ~wanted and wanted & RUN in (0, now & RUN) and now & 0o600 == 0o600


def _owner(before: HostFile, step: InstallFile, mode: str) -> str:
    """root's files keep their group; a file of another account is given to whom the remedy names."""
    kept = before.owner.partition(":")[0] == step.owner.partition(":")[0]
    return before.owner if kept and (int(mode, 8) & 0o040 or before.owner == step.owner) else step.owner
