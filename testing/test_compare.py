"""`python -m reports compare`, called as a user calls it, and the comparison that the page shows too."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.comparison import MET, Comparison, compare
from gate.decision import decide
from gate.identity import Identity
from gate.outcome import Outcome
from gate.run import Run, write_run
from gate.sample import Reading
from reports.pages.changed import changed
from reports.text.words import Voice
from testing.golden import AT, CONTRACT, go, golden, no_go, not_yet, passed
from testing.in_process import run

MACHINE = Identity("a" * 64, "SHA256:x", "u-1")
READINGS = st.dictionaries(
    st.sampled_from("ABCDEFGH"),
    st.builds(Reading, st.sampled_from(Outcome), st.none() | st.floats(allow_nan=False, width=16)),
)


def ids(found: Comparison) -> list[str]:
    rows = (found.better, found.worse, found.new, found.gone, found.moved)
    return [move.id for row in rows for move in row]


@given(READINGS, READINGS)
def test_every_criterion_stands_in_one_row(before: Mapping[str, Reading], after: Mapping[str, Reading]) -> None:
    found, back = compare(before, after), compare(after, before)
    assert len(ids(found)) == len({*ids(found)})
    assert len(ids(found)) + found.same == len({*before, *after})
    assert {move.id for move in found.better} == {move.id for move in back.worse}
    assert {move.id for move in found.new} == {move.id for move in back.gone}
    pairs = [(before[move.id].outcome, after[move.id].outcome) for move in found.better]
    assert all(old not in MET and (new in MET or new.severity < old.severity) for old, new in pairs)
    assert compare(after, after) == Comparison(same=len(after))


@pytest.mark.parametrize("other", MET)
def test_what_is_met_in_another_way_is_no_regression(other: Outcome) -> None:
    found = compare({"A": Reading(Outcome.PASS, 1.0)}, {"A": Reading(other, 1.0)})
    assert (found.worse, found.better) == ((), ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs of one server, each in a folder of reports: a NO-GO and, a day later, a GO whose disk got fuller."""
    fuller = msgspec.structs.replace(passed("DSK-01"), value=65.0)
    later = golden(fuller, identity=MACHINE, ended=AT + timedelta(days=1))
    earlier = msgspec.structs.replace(no_go(), identity=MACHINE)
    results = {**earlier.results, "DSK-01": passed("DSK-01")}
    written(tmp_path / "before", msgspec.structs.replace(earlier, results=results))
    written(tmp_path / "after", later)
    return tmp_path


def written(folder: Path, made: Run) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(write_run(made))
    return folder


def compared(*words: object) -> str:
    done = run("reports", "compare", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.replace("\u00a0", " ")


def refused(*words: object) -> str:
    done = run("reports", "compare", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    return done.stderr


def test_it_says_what_got_better_which_figures_moved_and_both_decisions(folder: Path) -> None:
    lines = compared(folder / "before", folder / "after" / "run.json").splitlines()
    assert lines[:3] == [
        "EdgeServer (TwisterLab), 4 February → EdgeServer (TwisterLab)",
        "  Before    NO-GO, 11 February 2026, 13:05 UTC",
        "  Now       GO, 12 February 2026, 13:05 UTC",
    ]
    text = "\n".join(lines)
    assert "fail → pass, 12.4 GB → 720 MB: " in text
    better = text.partition("Improvements")[2].partition("\n\n")[0]
    assert "MCP-01    fail → pass" in better
    assert "BKP-04    unknown → pass" in better
    assert "DSK-01" not in better
    assert "DSK-01    pass, 61.2 % → 65 %: " in text.partition("Figures that moved: ")[2]
    assert "Regressions" not in text
    assert lines[-1].startswith("Unchanged: ")


def test_it_speaks_french_and_the_other_way_round_everything_is_worse(folder: Path) -> None:
    text = compared(folder / "after", folder / "before", "--lang", "fr")
    assert "La première exécution est la plus récente." in text
    assert "MCP-01    réussi → échec, 3 déploiements → 0 déploiement" in text.partition("Régressions : ")[2]
    assert "Améliorations" not in text


def test_a_run_beside_itself_is_unchanged(folder: Path) -> None:
    lines = compared(folder / "after", folder / "after").splitlines()
    assert (len(lines), lines[-1]) == (5, f"Unchanged: {len(CONTRACT)} criteria.")


def test_a_criterion_that_one_run_lacks_is_new_or_gone(folder: Path) -> None:
    less = {id: row for id, row in CONTRACT.items() if id != "LOG-01"}
    written(folder / "less", golden(identity=MACHINE, contract=less))
    assert "only the second run has: 1\n  LOG-01    pass" in compared(folder / "less", folder / "after")
    assert "only the first run has: 1\n  LOG-01    pass" in compared(folder / "after", folder / "less")


def test_targets_that_were_moved_are_named(folder: Path) -> None:
    stricter = msgspec.structs.replace(CONTRACT["DSK-01"], target="< 62 %")
    written(folder / "stricter", golden(identity=MACHINE, contract={**CONTRACT, "DSK-01": stricter}))
    assert "ask for different targets: DSK-01." in compared(folder / "before", folder / "stricter")


@pytest.mark.parametrize("part", ["machine", "host_key", "cluster"])
def test_runs_of_different_servers_are_refused(folder: Path, part: str) -> None:
    other = msgspec.structs.replace(MACHINE, **{part: "another"})
    written(folder / "other", golden(identity=other))
    assert f"different servers ({part})" in refused(folder / "after", folder / "other")
    assert "serveurs différents" in refused(folder / "after", folder / "other", "--lang=fr")


def test_runs_that_do_not_name_their_server_are_compared_and_say_so(folder: Path) -> None:
    written(folder / "unnamed", go())
    assert "Nothing shows that both runs are of the same server" in compared(folder / "unnamed", folder / "after")
    assert "Nothing shows" not in compared(folder / "before", folder / "after")


def test_bad_input_is_one_line(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "broken.json").write_text("{")
    (folder / "old.json").write_text(json.dumps({"version": 0}))
    for bad in ("empty", "broken.json", "old.json", "nowhere"):
        assert str(folder / bad) in refused(folder / bad, folder / "after")
        assert str(folder / bad) in refused(folder / "after", folder / bad)
    assert "required: " in refused(folder / "after")


def test_the_page_compares_only_what_both_audits_judged() -> None:
    made = not_yet()
    found = changed(made, decide(made), Voice("en")).moves
    assert [row.id for row in found.better] == ["BKP-04", "BKP-10", "DOC-01"]
    assert (found.new, found.gone) == ((), ())
    assert {row.id for row in found.moved} == {"LOG-01", "DSK-01"} & {row.id for row in found.moved}
