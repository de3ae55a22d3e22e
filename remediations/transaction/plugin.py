"""The pytest plugin of `--fix`: it remedies what fails before pytest runs the tests whose results are recorded."""

from collections.abc import Generator

import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.redaction import error_text
from fixtures.session.audit import AUDIT
from fixtures.session.stash import CONTRACT, LANGUAGE, NOTICES
from gate.sentence import phrase
from remediations.transaction.choice import Wanted, parse
from remediations.transaction.fixing import Fixing
from remediations.transaction.remedy import load_remedies
from remediations.transaction.risk import RemedyError
from remediations.transaction.session import TransactionError
from remediations.transaction.write import Write

WANTED = pytest.StashKey[Wanted]()
REMEDIES = load_remedies()


def pytest_configure(config: pytest.Config) -> None:
    """Raise UsageError before the host is contacted, for unknown names, recordings, several processes, or no root's rights."""
    written, disruptive = config.getoption("--fix"), bool(config.getoption("--fix-disruptive"))
    contract = config.stash[CONTRACT]
    if written is None:
        if disruptive:
            raise pytest.UsageError("--fix-disruptive has no effect without --fix; add --fix")
        return
    if config.stash[AUDIT].recording is not None:
        raise pytest.UsageError("--fix: a recorded server cannot be changed; name a live one: --target=NAME")
    if config.getoption("dist", "no") != "no" or hasattr(config, "workerinput"):
        raise pytest.UsageError("--fix: cannot be used with several processes; remove --dist and -n")
    if config.stash[AUDIT].target.host.root == "none":
        raise pytest.UsageError('--fix: the target says [host] root = "none"; remedies need root\'s rights')
    try:
        config.stash[WANTED] = parse(str(written), disruptive, contract, REMEDIES)
    except ValueError as error:
        raise pytest.UsageError(f"--fix: {error_text(error)}") from error


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Apply the remedies before the tests run."""
    wanted = session.config.stash.get(WANTED, None)
    if wanted is not None and not session.config.getoption("collectonly"):
        _remedy(session, wanted)
    return (yield)


def _remedy(session: pytest.Session, wanted: Wanted) -> None:
    """Run `--fix`. An unreachable host is left to the audit to report; any other error ends the session."""
    config = session.config
    if not session.items:
        _writer(config)(phrase("fix", "none-selected", {}, config.stash[LANGUAGE]) + "\n", "yellow")
        return
    fixing = Fixing(session, wanted, _writer(config))
    try:
        fixing.plan() if wanted.plan_only else fixing.fix()
    except (TransactionError, RemedyError) as error:
        raise pytest.UsageError(f"--fix: {error_text(error)}") from error
    except Unknown as unknown:
        reason = phrase("reason", unknown.code, unknown.values, config.stash[LANGUAGE])
        config.stash[NOTICES].append(phrase("fix", "unchanged", {"why": reason}, config.stash[LANGUAGE]))


def _writer(config: pytest.Config) -> Write:
    """Return a function that writes to pytest's terminal at once."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def write(text: str, markup: str = "") -> None:
        if reporter is not None:
            reporter.write(text, flush=True, **{markup: True} if markup else {})

    return write
