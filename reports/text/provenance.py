"""Puts into words which server evidence comes from, and who adopted evidence of another."""

from collections.abc import Iterable

import msgspec

from gate.identity import Adoption, Identity, LeftOut
from gate.run import Run
from reports.text.words import Voice, shown

SHORT = 8  # characters shown of each part, enough to tell two servers apart


def server_named(identity: Identity, voice: Voice) -> str:
    """Return the known parts of an identity, shortened so that they can be compared by eye."""
    parts = [
        voice.word(f"server-{name.replace('_', '-')}", id=_short(value))
        for name, value in msgspec.structs.asdict(identity).items()
        if value
    ]
    return ", ".join(parts) or voice.word("server-unnamed")


def _short(value: str) -> str:
    kind, colon, rest = value.rpartition(":")
    return shown(f"{kind}{colon}{rest[:SHORT]}")


def adopted_by(adoption: Adoption, voice: Voice) -> str:
    """Return a sentence on who adopted evidence of which servers, when and why."""
    return voice.word(
        "adopted-by",
        who=shown(adoption.who),
        at=voice.moment(adoption.at),
        servers=voice.semicolon.join(server_named(one, voice) for one in adoption.adopted),
        reason=shown(adoption.reason),
    )


def provenance(run: Run, voice: Voice) -> Iterable[tuple[str, str]]:
    """Yield labels of the first screen: evidence that counts because it was adopted, and evidence that does not count."""
    yield from ((voice.word("adopted"), adopted_by(adoption, voice)) for adoption in run.adopted)
    if run.left_out is not None:
        parts = voice.semicolon.join(_left_out(run.left_out, voice))
        yield voice.word("left-out"), voice.word("left-out-next", parts=parts, target=run.target.folder)


def _left_out(left: LeftOut, voice: Voice) -> Iterable[str]:
    if left.samples or left.drills:
        yield voice.word(
            "left-out-other", samples=left.samples, drills=left.drills, server=server_named(left.identity, voice)
        )
    if left.unnamed:
        yield voice.word("left-out-unnamed", count=left.unnamed)
