"""`python -m testing.faults --target=FOLDER …`: run the fault matrix, print a table, write it to reports/out."""

import argparse
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

import msgspec

from fixtures.site.criteria import contract_of
from fixtures.target.folder import load_target
from gate.contract import Contract, load_contract
from gate.whole import write_whole
from testing.faults.cure import curable, cured
from testing.faults.fault import Fault, load_faults, load_site_faults
from testing.faults.observe import ROOT
from testing.faults.order import sequences
from testing.faults.parallel import prove_on
from testing.faults.proof import Proof, drills_of
from testing.faults.prove import proven


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 if every fault did what it announces, else 1."""
    options = _options(arguments)
    every = [*load_faults(), *load_site_faults(options.target[0])]
    faults = [fault for fault in every if any(fnmatch(fault.criterion, one) for one in options.only.split(","))]
    contract = contract_of(load_target(options.target[0]), load_contract())
    began = time.monotonic()
    if options.only == "*":
        _uncovered(faults, set(contract))
    if options.cures:
        faults = curable(faults, contract)
    _print(f"{len(faults)} faults; first what a sound server shows …")
    proofs = list[Proof]()
    for proof in _proofs(options, faults, contract):
        proofs.append(proof)
        _print(_line(len(proofs), len(faults), proof, time.monotonic() - began))
    out = options.out or ROOT / "reports" / "out" / ("cures.json" if options.cures else "proof.json")
    _write(out, proofs)
    wrong = sum(not proof.ok for proof in proofs)
    _print(f"{len(proofs) - wrong} passed, {wrong} failed in {time.monotonic() - began:.0f} s; {out}")
    return 1 if wrong or not proofs else 0


def _proofs(options: argparse.Namespace, faults: list[Fault], contract: Contract) -> Iterator[Proof]:
    targets = list(dict.fromkeys(options.target))
    if options.cures:
        return prove_on(targets, faults, partial(cured, contract=contract))
    return prove_on(
        targets, sequences(faults, contract), partial(proven, contract=contract, drills=drills_of(faults, contract))
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m testing.faults")
    parser.add_argument(
        "--target",
        type=Path,
        required=True,
        action="append",
        help="target folder of a lab in scenario ready; several share the faults",
    )
    parser.add_argument("--only", default="*", metavar="ID,…", help="criteria to prove, like DSK-01 or 'BKP-*'")
    parser.add_argument("--cures", action="store_true", help="repair each with --fix instead of taking it back")
    parser.add_argument("--out", type=Path, help="reports/out/proof.json, or cures.json")
    return parser.parse_args(arguments)


def _uncovered(faults: list[Fault], ids: set[str]) -> None:
    """Print the criteria that no fault makes fail (or pending, for a window), and those that none makes unknown."""
    for kind, expected in (("fail", ("fail", "pending")), ("unknown", ("unknown",))):
        if missing := sorted(ids - {fault.criterion for fault in faults if fault.expected in expected}):
            _print(f"no fault yet that makes {kind}: {', '.join(missing)}")


def _line(number: int, of: int, proof: Proof, seconds: float) -> str:
    mark = "ok " if proof.ok else "NOT"
    line = f"[{number:>3}/{of} {seconds:4.0f} s] {mark} {proof.criterion:<9} {proof.observed:<8} {proof.fault}"
    if proof.collateral:
        line += f"  (+ {', '.join(proof.collateral)})"
    return line + "".join(
        f"\n           {why}" for why in (proof.apart and f"alone, since {proof.apart}", proof.why) if why
    )


def _write(file: Path, proofs: list[Proof]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, msgspec.json.format(msgspec.json.encode(proofs), indent=1) + b"\n")


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
