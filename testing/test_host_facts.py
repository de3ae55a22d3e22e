"""Whatever a host answers, a fact is parsed or is Unknown: no other exception reaches a test."""

import contextlib
import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures.drills
import fixtures.host
from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.host.backups.backup_jobs import WORKS, backup_schedules
from testing.growth import LINEAR, growth
from testing.host_answers import SOUND

for package in (fixtures.host, fixtures.drills):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)  # importing a module declares its facts
NAMES = sorted(SOUND)


def read(name: str, out: str) -> Any:
    return FACTS[name].read(Answer(out + ENDING, "", 0, "", datetime(2026, 11, 23, tzinfo=UTC)))


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a sound answer in which a piece is replaced by noise."""
    name = draw(st.sampled_from(NAMES))
    text = SOUND[name]
    one, two = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return name, text[:one] + draw(st.text(max_size=40)) + text[two:]


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_answer_is_understood(name: str) -> None:
    assert read(name, SOUND[name]) is not None


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"units"}))
def test_silence_is_no_answer(name: str) -> None:
    with pytest.raises(Unknown):
        read(name, "")


@given(spoilt())
def test_a_spoilt_answer_is_understood_or_unknown(answer: tuple[str, str]) -> None:
    with contextlib.suppress(Unknown):
        value = read(*answer)
        if answer[0] == "schedules":
            for kind in WORKS:
                backup_schedules(value, kind)


@given(st.sampled_from(NAMES), st.text())
def test_any_text_is_understood_or_unknown(name: str, text: str) -> None:
    with contextlib.suppress(Unknown):
        read(name, text)


@pytest.mark.parametrize("name", NAMES)
def test_a_flood_is_read_in_bounded_time(name: str) -> None:
    """A fifth of a megabyte; an exchange accepts at most four: what grows with the square takes minutes there."""
    sound = SOUND[name]
    for piece in ("\n", "a", " ", sound, sound.replace("\n", " "), f"{sound.splitlines()[-1]}\n"):

        def flooded(size: int, piece: str = piece) -> None:
            with contextlib.suppress(Unknown):
                read(name, sound + piece * (size // len(piece)))

        assert growth(flooded, 200_000) < LINEAR, piece


@pytest.mark.parametrize("state", ["", "offline\n", "degraded\n", "Running in chroot, ignoring request\n", "unknown\n"])
def test_no_systemd_is_no_proof_that_no_unit_failed(state: str) -> None:
    with pytest.raises(Unknown):
        read("units", state)


def test_failed_units_are_named() -> None:
    units = read("units", "degraded\nlogrotate.service loaded failed failed Rotate log files\n")
    assert units.failed == ("logrotate.service",)


@pytest.mark.parametrize(
    ("unit", "state", "result", "restarts", "began", "loops"),
    [
        ("mcp-proxy.service", "auto-restart", "exit-code", 240, 0, True),
        ("mcp-proxy.service", "running", "success", 240, 9_990_000_000, True),  # between two crashes
        ("mcp-proxy.service", "running", "success", 240, 5_000_000_000, False),  # well for over an hour
        ("mcp-proxy.service", "running", "success", 1, 9_990_000_000, False),
        ("hourly-job.service", "auto-restart", "success", 240, 0, False),  # RestartSec= in place of a timer
        ("getty@tty1.service", "running", "success", 9, 9_990_000_000, False),
        ("user@1000.service", "auto-restart", "exit-code", 9, 0, False),
    ],
)
def test_a_service_that_is_started_again_and_again_is_as_good_as_failed(
    unit: str, state: str, result: str, restarts: int, began: int, loops: bool
) -> None:
    shown = (
        f"Result={result}\nNRestarts={restarts}\nExecMainStartTimestampMonotonic={began}\nId={unit}\nSubState={state}"
    )
    seen = read("units", f"running\n===\n10000.00\nId=a.service\nNRestarts=0\nSubState=dead\n\n{shown}\n")
    assert (seen.looping, seen.count) == (((unit,), 1) if loops else ((), 0))


def test_a_search_of_the_journal_that_was_cut_is_no_calm() -> None:
    with pytest.raises(Unknown):
        read("evictions", SOUND["evictions"].split("===")[0])


@pytest.mark.parametrize(("ahead", "sound"), [(60, True), (864000, False)])
def test_a_rotation_from_the_future_tells_no_age(ahead: int, sound: bool) -> None:
    at, _, *rest = SOUND["logrotate_runs"].splitlines()
    answer = "\n".join([at, str(int(at) + ahead), *rest])
    with contextlib.nullcontext() if sound else pytest.raises(Unknown):
        read("logrotate_runs", answer)


def test_both_spellings_of_the_eviction_manager_are_lines() -> None:
    assert len(read("evictions", SOUND["evictions"]).lines) == 2
