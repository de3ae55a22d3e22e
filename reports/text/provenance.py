"""Of which server evidence is, in words; and who adopted evidence of another."""

from collections.abc import Iterable

import msgspec

from gate.identity import Adoption, Identity, LeftOut
from gate.run import Run
from reports.text.words import Voice, shown

SHORT = 8  # digits that tell two servers apart by eye


def server_named(identity: Identity, voice: Voice) -> str:
    """The parts that are known, short enough to compare by eye."""
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
    """Who adopted evidence of which servers, when and why."""
    return voice.word(
        "adopted-by",
        who=shown(adoption.who),
        at=voice.moment(adoption.at),
        servers=voice.semicolon.join(server_named(one, voice) for one in adoption.adopted),
        reason=shown(adoption.reason),
    )


def provenance(run: Run, voice: Voice) -> Iterable[tuple[str, str]]:
    """Labels of the first screen: evidence that counts by somebody's word, and evidence that does not count."""
    yield from ((voice.word("adopted"), adopted_by(adoption, voice)) for adoption in run.adopted)
    if run.left_out is not None:
        said = voice.semicolon.join(_left_out(run.left_out, voice))
        yield voice.word("left-out"), voice.word("left-out-next", said=said, target=run.target.folder)


def _left_out(left: LeftOut, voice: Voice) -> Iterable[str]:
    if left.samples or left.drills:
        yield voice.word(
            "left-out-other", samples=left.samples, drills=left.drills, server=server_named(left.identity, voice)
        )
    if left.unnamed:
        yield voice.word("left-out-unnamed", count=left.unnamed)
