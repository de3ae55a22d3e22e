"""The host's side of a transaction, in a folder of this machine: a step is done or not done, however it ends."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import msgspec
import pytest

from remediations.transaction.journal import State, read_journals
from remediations.transaction.plan import Plan
from remediations.transaction.scripts import files_of
from remediations.transaction.session import Session, TransactionError
from remediations.transaction.step import Check, RunCommand
from testing.threats import attack
from testing.transaction_host import SESSION, Host, plain

pytestmark = pytest.mark.skipif(shutil.which("flock") is None, reason="the host's side needs Linux")
AFTER = {"etc/conf.d/main": ("main 2\n", 0o644), "etc/new/deep/file": ("new\n", 0o644), "etc/switch": ("on\n", 0o600)}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def states(host: Host) -> list[str]:
    session = Session(host.start)
    try:
        return [run.state for run in read_journals(session.call("journals").lines)]
    finally:
        session.close()


def undo(host: Host, run: str) -> None:
    """Run the undo script by hand, without this program."""
    script = host.root / "var/lib/phase0-gate/runs" / run / "undo"
    subprocess.run(["sh", str(script)], env={**os.environ, "ROOT": str(host.root)}, check=True)


def test_a_plan_is_applied_whole_and_can_be_taken_back_whole(host: Host) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        applied = transaction.apply(host.plan())
        transaction.finish()
    assert applied.why == ""
    assert AFTER.items() <= host.state.items()
    assert "etc/conf.d/old" not in host.state
    assert states(host) == [State.APPLIED]
    undo(host, transaction.run)
    assert host.state == untouched
    assert states(host) == [State.ROLLED_BACK]


def test_the_run_keeps_what_it_replaced_and_is_closed_to_others(host: Host) -> None:
    with host.transaction() as transaction:
        transaction.apply(host.plan())
    folder = host.root / "var/lib/phase0-gate/runs" / transaction.run
    assert (folder / "1/backup").read_text() == "main 1\n"
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("done", range(5))
def test_cut_short_after_any_step_the_next_run_takes_it_back(host: Host, done: int) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        plan = host.plan()
        transaction.apply(msgspec.structs.replace(plan, steps=plan.steps[:done]))
        host.kill()
    with host.transaction() as after:
        left = after.recover()
    assert [run.id for run in left] == [transaction.run]
    assert host.state == untouched
    with host.transaction() as after:
        assert after.recover() == ()
        assert after.apply(host.plan()).why == ""
        after.finish()
    assert AFTER.items() <= host.state.items()


@pytest.mark.parametrize("delay", [number / 50 for number in range(15)])
def test_cut_short_at_any_moment_the_next_run_takes_it_back(host: Host, delay: float) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        killer = threading.Timer(delay, host.kill)
        killer.start()
        with contextlib.suppress(TransactionError):
            transaction.apply(host.plan(activate="sleep 0.1"))
        killer.join()
    subprocess.run(["flock", str(host.root / "run/phase0-gate.lock"), "true"], timeout=20, check=True)
    with host.transaction() as after:
        after.recover()
    assert host.state == untouched
    assert not list(host.root.rglob(".*"))


@pytest.mark.parametrize("where", ["activate", "command"])
def test_cut_short_within_a_step_the_next_run_takes_that_back_too(host: Host, where: str) -> None:
    untouched = host.state
    script = f'[ -e "$ROOT/once" ] || {{ touch "$ROOT/once" "$ROOT/etc/switch"; {SESSION}; sleep 1; }}'
    plan = host.plan(**{where: script})
    with host.transaction() as transaction, pytest.raises(TransactionError, match="no longer answers"):
        transaction.apply(plan)
    subprocess.run(["flock", str(host.root / "run/phase0-gate.lock"), "true"], timeout=20, check=True)
    with host.transaction() as after:
        assert [run.id for run in after.recover()] == [transaction.run]
    (host.root / "etc/switch").unlink(missing_ok=True)
    assert host.state == untouched


def test_a_step_that_fails_takes_the_whole_remedy_back(host: Host) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        applied = transaction.apply(host.plan(command='echo on >"$ROOT/etc/switch"; echo no such unit; exit 3'))
        transaction.finish()
    assert applied.why == "step 4 (switch on): no such unit"
    assert host.state == untouched
    assert states(host) == [State.ROLLED_BACK]


def test_a_check_sees_the_folder_as_it_will_be_and_nothing_is_changed_when_it_refuses(host: Host) -> None:
    untouched = host.state
    seen = Check(
        command='cat "$CANDIDATE"/etc/conf.d/*; ls "$CANDIDATE/etc/new/deep"; exit 1',
        about="/etc/conf.d/",
        sentence=plain("the syntax"),
    )
    with host.transaction() as transaction:
        applied = transaction.apply(msgspec.structs.replace(host.plan(), checks=(seen,)))
        transaction.finish()
    assert applied.why == "refused before anything was changed (the syntax): main 2; file"
    assert host.state == untouched


def test_a_step_over_its_time_is_ended_and_taken_back(host: Host) -> None:
    plan = host.plan(command="sleep 60")
    slow = msgspec.structs.replace(plan.steps[3], seconds=0.2)
    with host.transaction() as transaction:
        assert "not done within" in transaction.apply(msgspec.structs.replace(plan, steps=(*plan.steps[:3], slow))).why
    assert "etc/new" not in host.state


def test_only_one_at_a_time_and_the_other_is_named(host: Host) -> None:
    refusal = r"another run is changing here: \S+@\S+ since .*process"
    with host.transaction(), pytest.raises(TransactionError, match=refusal), host.transaction():
        pass
    with host.transaction() as free:
        assert free.steps == 0


@attack("T2", "Root runs no undo that others than root can change")
@pytest.mark.parametrize("how", ["link", "open", "runs open", "runs link"])
def test_runs_in_a_folder_of_others_are_not_taken_back(host: Host, how: str) -> None:
    """Another account owns the folder of the runs, or laid it elsewhere, with a journal and an undo of its own."""
    state, planted = host.root / "var/lib/phase0-gate", host.root / "planted"
    run = (planted if how == "link" else state) / "runs" / "20260101T000000-000000"
    if how == "runs link":
        run = planted / run.name
    run.mkdir(parents=True, mode=0o755)
    (run / "journal").write_text("2026-01-01T00:00:00Z\tbegin\tx@y\n2026-01-01T00:00:00Z\tbefore\t1\n")
    (run / "undo").write_text(f"touch {host.root}/mark\n")
    match how:
        case "link":
            state.symlink_to(planted)
        case "runs link":
            state.mkdir()
            (state / "runs").symlink_to(planted)
        case _:
            (state / "runs" if how == "runs open" else state).chmod(0o777)
    with pytest.raises(TransactionError, match="others can write there"), host.transaction() as transaction:
        transaction.recover()
    assert not (host.root / "mark").exists()


def test_the_lock_falls_with_its_holder(host: Host) -> None:
    with host.transaction():
        host.kill()
        with host.transaction() as other:
            assert other.recover() == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_step_and_takes_all_back(host: Host, number: signal.Signals) -> None:
    untouched = host.state

    def interrupt() -> None:
        while not (host.root / "started").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    threading.Thread(target=interrupt).start()
    with host.transaction() as transaction:
        applied = transaction.apply(host.plan(command='touch "$ROOT/started"; sleep 600'))
        transaction.finish()
    assert applied.why == "interrupted"
    assert applied.seconds < 100
    assert host.state == untouched


def test_what_a_step_prints_is_told_while_it_runs_without_secrets(host: Host) -> None:
    with host.transaction() as transaction:
        transaction.apply(host.plan(command="echo 42 %; echo password=hunter2"))
    written = "".join(host.written)
    assert "42 %" in written
    assert "hunter2" not in written


def test_a_file_changed_by_others_meanwhile_is_kept_when_it_is_taken_back(host: Host) -> None:
    with host.transaction() as transaction:
        transaction.apply(host.plan())
        (host.root / "etc/conf.d/main").write_text("main 3, by hand\n")
        (host.root / "etc/new/deep/file").unlink()
        (host.root / "etc/conf.d/old").write_text("old, written anew\n")
        transaction.take_back("a test")
    folder = host.root / "var/lib/phase0-gate/runs" / transaction.run
    written = "".join(host.written)
    assert f"/etc/conf.d/main was changed by somebody else since; that version is kept: {folder}/1/replaced" in written
    assert f"/etc/conf.d/old was changed by somebody else since; that version is kept: {folder}/3/replaced" in written
    assert written.count("somebody else") == 2, "what was to go is gone"
    assert (host.root / "etc/conf.d/old").read_text() == "old\n"
    assert (folder / "1/replaced").read_text() == "main 3, by hand\n"
    assert (host.root / "etc/conf.d/main").read_text() == "main 1\n"


def test_steps_on_the_same_file_are_taken_back_in_reverse(host: Host) -> None:
    untouched, plan = host.state, host.plan()
    again = msgspec.structs.replace(plan.steps[0], content="main 3\n")
    with host.transaction() as transaction:
        transaction.apply(msgspec.structs.replace(plan, steps=(plan.steps[0], again)))
        transaction.finish()
    assert host.state["etc/conf.d/main"][0] == "main 3\n"
    undo(host, transaction.run)
    assert host.state == untouched


def test_an_older_run_is_not_taken_back_under_a_newer_one(host: Host) -> None:
    untouched, runs = host.state, []
    for content in ("main 2\n", "main 3\n"):
        with host.transaction() as transaction:
            step = msgspec.structs.replace(
                host.plan().steps[0], content=content, before=host.before("/etc/conf.d/main")
            )
            transaction.apply(Plan("sample", ("LOG-01",), (step,)))
            transaction.finish()
            runs.append(transaction.run)
    script = host.root / "var/lib/phase0-gate/runs" / runs[0] / "undo"
    refused = subprocess.run(
        ["sh", str(script)], env={**os.environ, "ROOT": str(host.root)}, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, runs[1] in refused.stdout) == (1, True)
    assert host.state["etc/conf.d/main"][0] == "main 3\n"
    undo(host, runs[1])
    undo(host, runs[0])
    assert host.state == untouched


def test_a_run_that_is_forgotten_is_gone_and_no_other(host: Host) -> None:
    for _ in range(2):
        with host.transaction() as transaction:
            transaction.apply(host.plan())
            transaction.take_back("a test")
            transaction.finish()
    runs = host.root / "var/lib/phase0-gate/runs"
    with host.transaction() as transaction:
        assert [line.split()[1] for line in transaction.session.call("sizes").lines] == sorted(
            p.name for p in runs.iterdir()
        )
        for wrong in ("", "..", "../runs", "x/y"):
            assert transaction.session.call("forget", wrong).status
        oldest = min(path.name for path in runs.iterdir())
        transaction.session.call("forget", oldest)
    assert [path.name for path in runs.iterdir()] != []
    assert not (runs / oldest).exists()


def test_a_half_written_file_is_removed_with_its_step(host: Host) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        transaction.apply(host.plan())
        (host.root / f"etc/new/deep/.file.{transaction.run}-2").write_text("ne")
        host.kill()
    with host.transaction() as after:
        after.recover()
    assert host.state == untouched


def test_a_file_that_was_removed_meanwhile_is_said(host: Host) -> None:
    untouched = host.state
    with host.transaction() as transaction:
        transaction.apply(host.plan())
        (host.root / "etc/conf.d/main").unlink()
        transaction.take_back("a test")
    assert "/etc/conf.d/main was removed by somebody else since" in "".join(host.written)
    assert host.state == untouched


@pytest.mark.parametrize("done", range(5))
def test_what_nobody_changed_is_taken_back_without_a_word_of_others(host: Host, done: int) -> None:
    """Also if the run was interrupted between saving a file and replacing it, and if it is taken back twice."""
    plan = host.plan()
    with host.transaction() as transaction:
        transaction.apply(msgspec.structs.replace(plan, steps=plan.steps[:done]))
        if done < 3:
            step, number = plan.steps[done], done + 1
            for name, content in files_of(step, transaction.run, number).items():
                transaction.session.put(f"{number}/{name}", content)
            transaction.session.call("eval", f'cd "$RUN/{number}" && sh ./keep && note before {number}; cd /')
        host.kill()
    for _ in range(2):
        with host.transaction() as after:
            after.recover()
    assert "somebody else" not in "".join(host.written)


def test_what_a_step_leaves_for_good_is_said_when_it_is_taken_back(host: Host) -> None:
    made = RunCommand(
        command='echo data >"$ROOT/var/backup"',
        sentence=plain("run the backup", lasting="a whole backup isn't removed"),
    )
    with host.transaction() as transaction:
        transaction.apply(Plan("sample", ("BKP-01",), (made,)))
        transaction.take_back("a test")
    assert "stays (run the backup): a whole backup isn't removed" in "".join(host.written)
    assert (host.root / "var/backup").exists()
