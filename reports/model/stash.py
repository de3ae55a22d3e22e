"""What the rooms hand each other within one pytest session, each under its key of `config.stash`."""

from datetime import datetime
from pathlib import Path

import pytest

from reports.model.contract import Criterion
from reports.model.past import Past
from reports.model.people import People
from reports.model.run import Audited, Intervention, Result
from reports.model.stability import Window

CONTRACT = pytest.StashKey[dict[str, Criterion]]()
AUDITED = pytest.StashKey[Audited]()
PEOPLE = pytest.StashKey[People]()
PAST = pytest.StashKey[Past]()                      # what earlier audits left; of a recording: what it kept of that
DRILLED = pytest.StashKey[dict[str, Result]]()      # drills of earlier audits that still count
WINDOW = pytest.StashKey[Window | None]()
LANGUAGE = pytest.StashKey[str]()
MOMENT = pytest.StashKey[datetime | None]()          # of the recording that is judged; None: now
REPLAYED_FROM = pytest.StashKey[str]()
HISTORY = pytest.StashKey[Path | None]()           # None: this run leaves no sample (replays)
WITNESSED = pytest.StashKey[Past]()                 # what the server itself remembered: events, digests of files
INTERVENTIONS = pytest.StashKey[list[Intervention]]()
BEFORE = pytest.StashKey[dict[str, str]]()         # outcome of each criterion before this run's remedies
NOTICES = pytest.StashKey[list[str]]()             # one line each, told in the terminal block
