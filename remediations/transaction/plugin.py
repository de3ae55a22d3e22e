"""`--fix`: rehearse silently, remedy what fails, rehearse again; then pytest's own plain run is the record."""

from collections.abc import Generator

import pytest

from fixtures.ask.answer import Unknown
from fixtures.session.audit import AUDIT
from fixtures.session.stash import CONTRACT, LANGUAGE, NOTICES
from gate.sentence import phrase
from remediations.transaction.choice import Wanted, parse
from remediations.transaction.fixing import Fixing
from remediations.transaction.remedy import load_remedies
from remediations.transaction.risk import RemedyError
from remediations.transaction.session import TransactionError
from remediations.transaction.tell import Tell

WANTED = pytest.StashKey[Wanted]()
REMEDIES = load_remedies()


def pytest_configure(config: pytest.Config) -> None:
    """Refused before anything is contacted: unknown names, recordings, several processes, no root's rights."""
    written, disruptive = config.getoption("--fix"), bool(config.getoption("--fix-disruptive"))
    contract = config.stash[CONTRACT]
    if written is None:
        if disruptive:
            raise pytest.UsageError("--fix-disruptive only widens --fix: add --fix")
        return
    if config.stash[AUDIT].recording is not None:
        raise pytest.UsageError("--fix: a recorded server cannot be changed; name a live one: --target=NAME")
    if config.getoption("dist", "no") != "no" or hasattr(config, "workerinput"):
        raise pytest.UsageError("--fix: not with several processes; leave --dist and -n away")
    if config.stash[AUDIT].target.host.root == "none":
        raise pytest.UsageError('--fix: the target says [host] root = "none"; remedies need root\'s rights')
    try:
        config.stash[WANTED] = parse(str(written), disruptive, contract, REMEDIES)
    except ValueError as error:
        raise pytest.UsageError(f"--fix: {error}") from error


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Remedies first, the record after them."""
    wanted = session.config.stash.get(WANTED, None)
    if wanted is not None and not session.config.getoption("collectonly"):
        _remedy(session, wanted)
    return (yield)


def _remedy(session: pytest.Session, wanted: Wanted) -> None:
    """A host that cannot be reached is the record's to tell; a transaction that cannot go on ends the session."""
    config = session.config
    if not session.items:
        _teller(config)(phrase("fix", "none-selected", {}, config.stash[LANGUAGE]) + "\n", "yellow")
        return
    fixing = Fixing(session, wanted, _teller(config))
    try:
        fixing.plan() if wanted.plan_only else fixing.fix()
    except (TransactionError, RemedyError) as error:
        raise pytest.UsageError(f"--fix: {error}") from error
    except Unknown as unknown:
        said = phrase("reason", unknown.code, unknown.values, config.stash[LANGUAGE])
        config.stash[NOTICES].append(phrase("fix", "unchanged", {"why": said}, config.stash[LANGUAGE]))


def _teller(config: pytest.Config) -> Tell:
    """Live, through pytest's own terminal."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def tell(text: str, markup: str = "") -> None:
        if reporter is not None:
            reporter.write(text, flush=True, **{markup: True} if markup else {})

    return tell
