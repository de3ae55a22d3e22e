"""Runs one audit in a process forked from a worker that has loaded everything, and reads what it found.

The worker itself runs no audit: one that hangs or dies takes nothing else with it. The audit is a session of its own,
which ends with the worker, at its deadline, or when the round is stopped.
"""

import atexit
import os
import select
import signal
import sys
import threading
import time
import traceback
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import NoReturn

import pytest

from fixtures.target.layers import VARIABLE
from fleet.round import Missing
from fleet.rows import Heard, heard
from fleet.running.order import Order
from gate.acting import make_folders
from gate.bounded import MOST_RECORDED, read_bounded
from gate.decision import Verdict
from gate.resolve import SHOWN
from gate.run import Run, RunError, read_run
from reports.text.words import shown

ROOT = Path(__file__).parents[2]
PRINTED, RUN = "printed.txt", "run.json"
STEP = 0.25  # seconds between two looks at the deadline and at the file that stops the round
VERDICTS = {verdict.status for verdict in Verdict}
MOST_PRINTED = 64_000_000


def prepared() -> None:
    """Prepare a worker process: Ctrl-C is for the conductor, and the worker ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> NoReturn:
    wait([sentinel])
    os._exit(1)


def audit_server(order: Order) -> Heard:
    """Audit a server and return what its run says, or why there is none. Raises OSError if no report can be written."""
    folder = Path(order.reports)
    make_folders(folder)
    before, started = _mark(folder / RUN), datetime.now(UTC)
    status, missing = _forked(order, folder / PRINTED)
    if missing:
        return Heard(missing=missing, detail=_last_line(folder / PRINTED))
    if status not in VERDICTS or _mark(folder / RUN) in (before, None):
        return Heard(missing="failed", detail=_last_line(folder / PRINTED))
    try:
        run = read_run(read_bounded(folder / RUN, MOST_RECORDED), str(folder / RUN))
    except (RunError, OSError) as error:
        return Heard(missing="failed", detail=shown(str(error)))
    return _agreed(heard(run, _moment(run, started)), status)


def _moment(run: Run, started: datetime) -> datetime:
    """Return when the server was looked at; a recording of a lab or a demo is judged at this moment, whenever it was made."""
    return started if run.replayed_from and run.target.kind in SHOWN else run.ended


def _agreed(told: Heard, status: int | None) -> Heard:
    """Return what the run says, unless the audit ended with the status of another decision."""
    verdict = told.judged.verdict if told.judged else ""
    agreed = status in {one.status for one in Verdict if one.label == verdict}
    return told if agreed else Heard(missing="failed", detail=f"exit status {status}, but run.json says {verdict}")


def _mark(file: Path) -> tuple[int, int] | None:
    """Return what changes when the file is replaced, or None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _last_line(file: Path) -> str:
    try:
        lines = read_bounded(file, MOST_PRINTED).decode("utf-8", "backslashreplace").splitlines()
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip(" =-_")]
    errors = [line for line in said if line.startswith("ERROR")]
    return shown((errors or said or [""])[-1])


def _forked(order: Order, printed: Path) -> tuple[int | None, Missing | None]:
    """Fork the audit and wait for its end; return its exit status, or why it has none."""
    ended, held = os.pipe()
    watched, alive = os.pipe()
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the audit can heed it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the other thread of this process only waits
        pid = os.fork()
    if not pid:
        os.close(ended)
        os.close(alive)
        _audit(order, printed, watched)
    signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    os.close(held)
    os.close(watched)
    try:
        return _awaited(pid, ended, order)
    finally:
        os.close(ended)
        os.close(alive)


def _awaited(pid: int, ended: int, order: Order) -> tuple[int | None, Missing | None]:
    deadline = time.monotonic() + order.seconds
    while True:
        select.select([ended], [], [], max(0, min(STEP, deadline - time.monotonic())))
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            code = os.waitstatus_to_exitcode(status)
            return (None, "died") if code < 0 else (code, None)
        stopped: Missing | None = "interrupted" if order.stop and Path(order.stop).exists() else None
        if why := stopped or ("late" if time.monotonic() >= deadline else None):
            return _ended(pid, ended, order.patience, why)


def _ended(pid: int, ended: int, patience: float, why: Missing) -> tuple[None, Missing]:
    """End the audit; one that changes its server is interrupted first, and takes back what it began."""
    if patience:
        os.kill(pid, signal.SIGINT)
        select.select([ended], [], [], patience)
    return _killed(pid, why)


def _killed(pid: int, why: Missing) -> tuple[None, Missing]:
    for end in (os.killpg, os.kill):  # a process that has not become a group yet is ended alone
        with suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None, why


def _audit(order: Order, printed: Path, watched: int) -> NoReturn:
    """Become the audit: pytest's own `main` with the arguments of the command line. Never returns."""
    status = 3
    try:
        os.setsid()
        atexit._clear()  # what the process that forked registered is its own to do
        threading.Thread(target=_end_without, args=(watched,), daemon=True).start()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        _redirect(printed)
        os.chdir(ROOT)
        os.environ.pop(VARIABLE, None)
        os.environ |= {VARIABLE: order.settings} if order.settings else {}
        words = [f"--target={order.target}", f"--reports={order.reports}", *order.words]
        sys.argv = ["pytest", *words]
        status = int(pytest.main(words))
        atexit._run_exitfuncs()  # os._exit() skips them; a client of the cluster would leave temporary files
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 — a forked process must not return into its parent's code
        traceback.print_exc()
    finally:
        os._exit(status)


def _end_without(watched: int) -> None:
    """End the audit and its programs when the worker is gone, which closes the other end."""
    os.read(watched, 1)
    os.killpg(0, signal.SIGKILL)


def _redirect(printed: Path) -> None:
    handle = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o666)
    null = os.open(os.devnull, os.O_RDONLY)
    for stream, source in ((0, null), (1, handle), (2, handle)):
        os.dup2(source, stream)
    opened = (open(stream, "rw"[bool(stream)], closefd=False) for stream in range(3))  # noqa: SIM115 — until the process ends
    sys.stdin, sys.stdout, sys.stderr = opened
