"""The record of an image's build, as `docker buildx build --metadata-file` leaves one: SLSA's names for its times."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path


def write_record(out: Path, name: str, digest: str, started: datetime) -> None:
    """Write the record of a build that began at `started` and ends now; nothing of it came from a cache."""
    finished = datetime.now(UTC)
    times = {"buildStartedOn": started.isoformat(), "buildFinishedOn": finished.isoformat()}
    record = {
        "image.name": name,
        "containerimage.config.digest": f"sha256:{digest}",
        "buildx.build.provenance": {"buildType": "lab/build/archive.py", "metadata": times},
        "cached": False,
    }
    out.write_text(json.dumps(record, indent=1) + "\n")
