"""The fault matrix: a fault that does not do what it announces, or does not go away, is reported, and only that one."""

import re
from collections.abc import Collection, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from gate.contract import Contract, Kind
from gate.outcome import Outcome
from testing.faults.cure import curable, judged
from testing.faults.fault import Fault, Where, load_faults, load_site_faults
from testing.faults.order import sequences
from testing.faults.parallel import prove_on
from testing.faults.proof import Proof, drills_of, owes
from testing.faults.prove import Prover, proven
from testing.faults.server import Server
from testing.faults.sharing import shared_audits
from testing.runs import row
from testing.small_audit import TARGET

KINDS = {"A-01": Kind.LIVE, "B-01": Kind.LIVE, "C-01": Kind.DRILL, "DEC-01": Kind.DERIVED}
CONTRACT = {id: row(id, kind=kind) for id, kind in KINDS.items()}
FOLDER = Path("target")


class Small:
    """A server with three criteria: `break X` makes one fail, `mend X` repairs it. It counts its audits."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.audits = 0

    def run(self, script: str) -> None:
        word, id = script.split()
        if word == "break":
            self.broken.add(id)
        elif word == "mend":
            self.broken.discard(id)
        elif word == "refuse":
            raise RuntimeError("exit 1: refused")

    def keep_dates(self) -> None:
        """Do nothing: no criterion depends on dates."""

    redate = keep_dates

    def until(self, condition: str) -> None:
        assert condition

    def outcomes(
        self, folder: Path, drills: Collection[str] = (), change: str = "", only: Collection[str] = ()
    ) -> dict[str, str]:
        assert folder == FOLDER
        self.audits += 1
        broken = self.broken | (set(change.split()) & set(CHAPTERS))
        seen = {
            id: "unknown" if row.kind is Kind.DRILL and id not in drills else "pass" for id, row in CONTRACT.items()
        }
        seen |= dict.fromkeys(broken, "fail") | ({"DEC-01": "fail"} if broken else {})
        return {id: outcome for id, outcome in seen.items() if not only or id in only}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    server = Small()
    monkeypatch.setattr("testing.faults.prove.outcomes", server.outcomes)
    return server


def fault(id: str, **changed: Any) -> Fault:
    fields = {
        "criterion": id,
        "name": f"{id} breaks",
        "expected": Outcome.FAIL,
        "inject": f"break {id}",
        "revert": f"mend {id}",
    }
    return Fault(**(fields | changed))


def test_every_fault_has_a_name_in_english_and_in_french() -> None:
    faults = load_faults()
    alike = [fault.name for fault in faults if not fault.french or fault.french == fault.name]
    assert alike == [], "their French is missing"
    assert len({(one.criterion, one.french) for one in faults}) == len({(one.criterion, one.name) for one in faults})
    glued = [one.french for one in faults if re.search(r" [:;?!%»]|« |\w'", re.sub(r"`[^`]*`", "", one.french))]
    assert glued == [], "a no-break space stands before these marks, and the apostrophe is typographic"


def prove(small: Small, *faults: Fault) -> dict[str, Proof]:
    return {proof.criterion: proof for proof in proofs(faults, small)}


def proofs(faults: Sequence[Fault], small: Small, contract: Contract = CONTRACT) -> Iterator[Proof]:
    return Prover(cast(Server, small), FOLDER, contract, drills_of(faults, contract)).prove(sequences(faults, contract))


def test_a_fault_that_flips_what_it_names_and_back_is_proven(small: Small) -> None:
    proven = prove(small, fault("A-01", french="A-01 cède"), fault("B-01"), fault("C-01"))
    assert proven["A-01"].french == "A-01 cède"
    assert {id: (proof.ok, proof.why) for id, proof in proven.items()} == dict.fromkeys(
        ("A-01", "B-01", "C-01"), (True, "")
    )
    assert proven["A-01"].collateral == ("DEC-01",)


def test_the_next_audit_shows_that_a_fault_is_gone(small: Small) -> None:
    prove(small, fault("A-01"), fault("B-01"), fault("A-01", name="again"))
    assert small.audits == 1 + 3 + 1  # the sound server, three faults, and the state after the last


def test_a_fault_that_may_touch_anything_shows_the_end_of_no_other(small: Small) -> None:
    prove(small, fault("A-01", spreads=True), fault("B-01", spreads=True))
    assert small.audits == 1 + 2 + 2


def test_the_end_of_a_drill_is_shown_by_a_fault_of_the_history(small: Small) -> None:
    """A fault of the history affects no drill, but all derived criteria."""
    past = fault("DEC-01", where=Where.TARGET, revert="")
    assert [[one.criterion for (one,) in lot] for lot in sequences([past, fault("C-01")], CONTRACT)] == [
        ["C-01", "DEC-01"]
    ]
    proven = prove(small, past, fault("C-01"))
    assert {id: proof.ok for id, proof in proven.items()} == {"C-01": True, "DEC-01": True}
    assert small.audits == 2 + 2  # sound without and with the drill, then one audit for each fault


@pytest.mark.parametrize(("id", "owed"), [("A-01", {"A-01", "B-01"}), ("STB-01", {"STB-01", "B-01", "DEC-01"})])
def test_what_follows_from_any_fault_is_looked_at_behind_one_that_is_about_that(id: str, owed: set[str]) -> None:
    contract = CONTRACT | {"STB-01": row("STB-01", kind=Kind.WINDOW)}
    assert owes(fault(id), Proof(id, "x", "fail", "fail", ("B-01", "DEC-01"), ok=True), contract) == owed


def test_a_fault_that_stays_is_told_of_itself_alone(small: Small) -> None:
    proven = prove(small, fault("A-01", revert="keep A-01"), fault("B-01"))
    assert (proven["A-01"].ok, proven["A-01"].why) == (False, "A-01 stayed fail after the revert")
    assert proven["B-01"].ok


def test_the_last_fault_has_to_go_as_well(small: Small) -> None:
    assert not prove(small, fault("A-01", revert="keep A-01"))["A-01"].ok
    small.broken.clear()
    assert not prove(small, fault("C-01", revert="keep C-01"))["C-01"].ok


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (fault("A-01", expected=Outcome.UNKNOWN), "A-01 was fail"),
        (fault("A-01", inject="break B-01", revert="mend B-01"), "B-01 became fail"),
        (fault("A-01", also={"B-01": Outcome.FAIL}), "B-01 did not change with it"),
        (fault("A-01", inject="refuse A-01"), "refused"),
        (fault("B-01", inject="break A-01", where=Where.TARGET, revert=""), "A-01 became fail"),
    ],
)
def test_a_fault_that_does_something_else_is_no_proof(small: Small, wrong: Fault, why: str) -> None:
    (proof,) = prove(small, wrong).values()
    assert not proof.ok
    assert why in proof.why


def test_a_fault_that_could_not_be_injected_does_not_hide_the_one_before(small: Small) -> None:
    proven = prove(small, fault("A-01", revert="keep A-01"), fault("B-01", inject="refuse B-01"))
    assert not proven["A-01"].ok
    assert not proven["B-01"].ok


def test_neighbours_touch_different_criteria() -> None:
    faults = [
        fault(id, name=str(number), inject="touch /etc/x") for number, id in enumerate(("A-01", "A-01", "B-01", "B-01"))
    ]
    assert [[one.criterion for (one,) in lot] for lot in sequences(faults, CONTRACT)] == [
        ["A-01", "B-01", "A-01", "B-01"]
    ]


CHAPTERS = {
    id: row(id, kind=KINDS.get(id, Kind.LIVE), chapter=chapter)
    for id, chapter in {
        "A-01": "mcp",
        "A-02": "mcp",
        "B-01": "logs",
        "B-02": "logs",
        "C-01": "disk",
        "D-01": "backups",
        "DEC-01": "decision",
    }.items()
}


@pytest.mark.parametrize(
    ("faults", "together"),
    [
        ([fault("A-01"), fault("B-01")], [2]),
        ([fault("A-01"), fault("A-02")], [2]),
        ([fault("A-01"), fault("A-01", name="other")], [1, 1]),
        ([fault("A-01"), fault("B-01", spreads=True)], [1, 1]),
        ([fault("A-01"), fault("B-01", also={"A-01": Outcome.FAIL})], [1, 1]),
        ([fault("A-01"), fault("B-01", also={"DEC-01": Outcome.FAIL})], [1, 1]),
        ([fault("A-01"), fault("C-01")], [2]),
        ([fault("A-01"), fault("B-01", where=Where.TARGET)], [2]),
        ([fault("A-01"), fault("B-01"), fault("B-02"), fault("B-01", name="other")], [1, 3]),
    ],
)
def test_faults_share_an_audit_where_none_can_hide_another(faults: list[Fault], together: list[int]) -> None:
    assert sorted(map(len, shared_audits(faults, CHAPTERS))) == together


@pytest.mark.parametrize(
    ("one", "two", "together"),
    [
        ("mv /etc/cron.d/x /run/phase0-file", "mv /usr/lib/y /run/phase0-file", False),
        ("mv /var/log/journal /run/phase0-folder", "rm /var/log/journal/1/system.journal", False),
        ("mount --bind /run/phase0-nothing /usr/bin/journalctl", "journalctl --rotate", False),
        ("k3s ctr images rm docker.io/twisterlab/mcp:v1", "k3s kubectl run one --image=twisterlab/mcp:v1", False),
        ("k3s kubectl run phase0-fault", "systemd-run --unit=phase0-fault false", False),
        ("sed -i s/a/b/ attestations.toml", ": > attestations.toml", False),
        (
            "cp x /var/log/journal/1/system@2.journal",
            "echo Storage=none > /etc/systemd/journald.conf.d/one.conf",
            False,
        ),
        ("fallocate -l 1500MB /var/log/kern.log", "fallocate -l 600MB /var/log/journal/1/x.journal", False),
        ("cp x /var/backups/configs/k8s-29990101.yaml", "mkdir k8s-resources_2999_0", False),
        ("cp x /var/backups/configs/k8s-29990101.yaml", "cp x redis_29990101.rdb", True),
        ("echo x >> guides/ONE.md", "cd guides; git commit -qam x", False),
        ("echo >/dev/null 2>/run/phase0-one", "echo >/dev/null 2>/run/phase0-two", True),
        ("touch /var/log/kern.log", "touch /var/log/kern.log.1", True),
    ],
)
def test_faults_that_use_the_same_files_or_tools_are_apart(one: str, two: str, together: bool) -> None:
    assert len(shared_audits([fault("A-01", inject=one), fault("B-01", inject=two)], CHAPTERS)) == (
        1 if together else 2
    )


@pytest.mark.parametrize(("script", "together"), [("cp x k8s-29990101.yaml", False), ("cp x redis_29990101.rdb", True)])
def test_a_newest_copy_is_apart_from_the_drill_that_would_restore_it(script: str, together: bool) -> None:
    contract = CHAPTERS | {"BKP-12": row("BKP-12", kind=Kind.DRILL, chapter="backups")}
    assert len(shared_audits([fault("BKP-12"), fault("D-01", inject=script)], contract)) == (1 if together else 2)


def test_what_leaves_a_drill_unknown_is_apart_from_other_drills() -> None:
    contract = CHAPTERS | {"C-02": row("C-02", kind=Kind.DRILL, chapter="disk")}
    blind, drill = fault("C-01", expected=Outcome.UNKNOWN), fault("C-02")
    assert len(shared_audits([blind, drill], contract)) == 2
    assert len(shared_audits([blind, fault("A-01")], contract)) == 1


@pytest.mark.parametrize(("id", "together"), [("A-02", False), ("B-01", True)])
def test_faults_of_one_chapter_that_act_on_the_cluster_are_apart(id: str, together: bool) -> None:
    """Both act on the same pods: a crashed pod would start with the image of the other fault, and never become ready."""
    faults = [fault("A-01", inject="k3s ctr images tag x y"), fault(id, inject="k3s kubectl exec z -- kill 1")]
    assert len(shared_audits(faults, CHAPTERS)) == (1 if together else 2)


def test_a_revert_that_fails_keeps_no_other_from_being_taken_back(small: Small) -> None:
    faults = [fault("A-01"), fault("B-01", revert="refuse B-01"), fault("D-01")]
    list(proofs(faults, small, CHAPTERS))
    assert small.broken == {"B-01"}


def test_faults_that_share_an_audit_are_proven_by_one(small: Small) -> None:
    proven = proofs([fault("A-01"), fault("B-01"), fault("D-01")], small, CHAPTERS)
    assert {(proof.criterion, proof.ok, proof.collateral) for proof in proven} == {
        ("A-01", True, ("DEC-01",)),
        ("B-01", True, ("DEC-01",)),
        ("D-01", True, ("DEC-01",)),
    }
    assert small.audits == 1 + 1 + 1  # the sound server, the three faults together, and the state after them


def test_a_fault_of_the_target_folder_shares_an_audit_and_shows_the_end_of_others(small: Small) -> None:
    faults = [
        fault("A-01"),
        fault("B-01", where=Where.TARGET, revert=""),
        fault("B-01", name="other", where=Where.TARGET, revert=""),
    ]
    proven = list(proofs(faults, small, CHAPTERS))
    assert [(proof.criterion, proof.ok) for proof in proven] == [("B-01", True), ("A-01", True), ("B-01", True)]
    assert small.audits == 1 + 1 + 1  # the sound server, the first two, and the third, which shows that they are gone


@pytest.mark.parametrize(
    "wrong",
    [
        fault("B-01", inject="break D-01", revert="mend D-01"),
        fault("B-01", inject="refuse B-01"),
        fault("B-01", revert="keep B-01"),
    ],
)
def test_one_that_is_not_as_announced_is_told_and_its_neighbour_proven_alone(small: Small, wrong: Fault) -> None:
    proven = proofs([fault("A-01"), wrong], small, CHAPTERS)
    assert {proof.criterion: proof.ok for proof in proven} == {"A-01": True, "B-01": False}


def test_servers_take_the_next_lot_as_they_get_free() -> None:
    taken = list[str]()

    def proving(target: Path, lots: Iterator[str]) -> Iterator[Proof]:
        for lot in lots:
            taken.append(lot)
            yield Proof("A-01", lot, str(target), "fail", (), ok=True)

    proven = list(prove_on([Path("one"), Path("two")], [*"abcdefgh"], proving))
    assert sorted(taken) == sorted(proof.fault for proof in proven) == [*"abcdefgh"]


def test_whoever_stops_listening_ends_it_behind_the_fault_at_hand() -> None:
    many, begun = 1_000_000, list[int]()

    def proving(_target: Path, lots: Iterator[int]) -> Iterator[Proof]:
        for number in lots:
            begun.append(number)
            yield Proof("A-01", str(number), "fail", "fail", (), ok=True)

    proven = cast(Generator[Proof], prove_on([FOLDER], range(many), proving))
    next(proven)
    proven.close()
    assert len(begun) < many


def test_what_a_server_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> Server:
        raise RuntimeError(f"{folder}: no login")

    monkeypatch.setattr("testing.faults.prove.Server", refuse)
    with pytest.raises(RuntimeError, match="no login"):
        list(prove_on([FOLDER], [((fault("A-01"),),)], partial(proven, contract=CONTRACT, drills=())))


def test_the_faults_of_this_checkout_can_be_taken_back_and_have_names_of_their_own() -> None:
    names = [(one.criterion, one.name) for one in load_faults()]
    assert len(names) == len(set(names))


def fixed(states: tuple[str, ...] = ("applied",), **outcomes: str) -> dict[str, Any]:
    """Return the run.json of a `--fix` with these outcomes; all other criteria pass."""
    seen = dict.fromkeys(KINDS, "pass") | {id.replace("_", "-"): outcome for id, outcome in outcomes.items()}
    return {
        "results": {id: {"outcome": outcome} for id, outcome in seen.items()},
        "interventions": [{"state": state} for state in states],
    }


@pytest.mark.parametrize(
    ("incurable", "run", "ok"),
    [
        ("", fixed(), True),
        ("", fixed(A_01="fail"), False),
        ("", fixed(B_01="fail"), False),
        ("", fixed(B_01="unknown"), False),
        ("", fixed(B_01="pending", DEC_01="fail"), True),
        ("", fixed(("applied", "rolled-back")), False),
        ("by hand", fixed((), A_01="fail", B_01="fail"), True),
        ("by hand", fixed(), False),
    ],
)
def test_a_cure_makes_it_pass_and_nothing_else_worse(incurable: str, run: dict[str, Any], ok: bool) -> None:
    sound = dict.fromkeys(KINDS, "pass")
    assert judged(fault("A-01", incurable=incurable), sound, run, CONTRACT).ok == ok


@pytest.mark.parametrize(
    ("also", "remedy", "ok"),
    [
        ({}, "", False),
        ({"B-01": Outcome.FAIL}, "", True),
        ({"B-01": Outcome.UNKNOWN}, "", False),
        ({"B-01": Outcome.FAIL}, "journald", False),
    ],
)
def test_what_a_fault_broke_besides_may_stay_where_no_remedy_is_for_it(
    also: dict[str, Outcome], remedy: str, ok: bool
) -> None:
    contract = {**CONTRACT, "B-01": row("B-01", remedy=remedy)}
    assert judged(fault("A-01", also=also), dict.fromkeys(KINDS, "pass"), fixed(B_01="fail"), contract).ok == ok


def test_a_fault_of_the_server_is_curable_where_a_remedy_is_for_its_criterion() -> None:
    contract = {"A-01": row("A-01", remedy="journald"), "B-01": row("B-01", remedy="a person")}
    faults = [fault("A-01"), fault("A-01", where=Where.TARGET), fault("A-01", expected=Outcome.UNKNOWN), fault("B-01")]
    assert curable(faults, contract) == faults[:1]


SITE_FAULT = """
[SITE-01]
title = "t"
target = "= 0 jobs"
command = "echo 0"

[[fault]]
criterion = "SITE-01"
name = "one job"
expected = "fail"
inject = "true"
revert = "true"
"""


@pytest.mark.parametrize(
    ("old", "new", "kind", "expected"),
    [
        ("", "", "lab", ""),
        ("", "", "server", "lab servers only"),
        ('criterion = "SITE-01"', 'criterion = "DSK-01"', "lab", "which this file does not have"),
        ('revert = "true"', "", "lab", "has no revert"),
        ('expected = "fail"', 'expected = "red"', "lab", "red"),
    ],
)
def test_faults_of_a_site_are_for_its_own_criteria_on_a_lab(
    tmp_path: Path, old: str, new: str, kind: str, expected: str
) -> None:
    (tmp_path / "target.toml").write_text(TARGET.replace('title = "Edge"', f'title = "Edge"\nkind = "{kind}"'))
    (tmp_path / "criteria").mkdir()
    (tmp_path / "criteria" / "own.toml").write_text(SITE_FAULT.replace(old, new) if old else SITE_FAULT)
    if not expected:
        assert [found.name for found in load_site_faults(tmp_path)] == ["one job"]
        return
    with pytest.raises(ValueError, match=expected):
        load_site_faults(tmp_path)
