"""`python -m testing.quick`: print the test files that the changes of the working tree affect, for `make quick`.

A change is a difference from the upstream branch, or from the last commit if the branch has no upstream. A test file is
affected if it imports a changed module, directly or through one other module; the nearest come first.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGES = ("phase0_gate", "gate", "fixtures", "remediations", "init", "reports", "notify", "tests", "lab", "testing")
STEPS = 2  # imports between a test file and a changed module
MOST = 8  # test files that fit into the twenty seconds of `make quick`
PRODUCT = "testing/test_recordings.py"  # judges the recorded servers by the tests and criteria in tests/


def git(*words: str) -> list[str]:
    """Return the lines that git prints; none if the command fails."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed() -> list[str]:
    """Return the files that differ from the upstream branch or the last commit, and new files."""
    base = [*git("merge-base", "HEAD", "@{upstream}"), "HEAD"][0]
    return sorted({*git("diff", "--name-only", base), *git("ls-files", "--others", "--exclude-standard")})


def affected(files: Iterable[str]) -> list[str]:
    """Return the test files that these files affect, the nearest first; those below testing/lab are left out."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    distance: dict[str, int] = {}
    for file in files:
        for steps, test in _tests_of(file, graph):
            distance[test] = min(steps, distance.get(test, steps))
    return sorted(distance, key=lambda test: (distance[test], test))


def _tests_of(file: str, graph: grimp.ImportGraph) -> Iterator[tuple[int, str]]:
    """Yield the test files that a file affects, each with the number of imports between them."""
    module = str(Path(file).with_suffix("")).replace("/", ".").removesuffix(".__init__")
    if file.startswith("tests/"):
        yield 0, PRODUCT
    if module in graph.modules:
        yield from _importing(module, graph)
    else:  # a script, a table or a page: the tests that read it name it
        yield from ((0, test) for test in _all_tests() if Path(file).name in (ROOT / test).read_text(encoding="utf-8"))


def _importing(module: str, graph: grimp.ImportGraph) -> Iterator[tuple[int, str]]:
    reached, here = {module}, {module}
    for steps in range(STEPS + 1):
        yield from ((steps, test) for test in _all_tests() if test[:-3].replace("/", ".") in here)
        here = {other for one in here for other in graph.find_modules_that_directly_import(one)} - reached
        reached |= here


def _all_tests() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "testing").glob("test_*.py"))


def main() -> None:
    """Print the nearest test files, and on stderr how many others are left to `make test`."""
    found = affected(changed())
    print(*found[:MOST])
    if left := found[MOST:]:
        print(f"left to `make test`: {' '.join(left)}", file=sys.stderr)


if __name__ == "__main__":
    main()
