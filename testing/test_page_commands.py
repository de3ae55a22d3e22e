"""Every command that a page can print: a shell parses it, and our own programs know its words."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fixtures.__main__
import remediations.__main__
import reports.__main__
from gate.contract import load_contract
from gate.outcome import Outcome
from gate.run import Reason, Result
from gate.sentence import LANGUAGES, fill, locale
from reports.commands.people import TO_FILL_IN
from reports.pages.rendering import prose
from reports.text.actions import place_of, steps, todo
from reports.text.words import Voice
from testing.golden import failed, golden
from testing.in_process import run
from testing.small_audit import TARGET
from testing.threats import attack

ROOT = Path(__file__).parents[1]
COMMAND = re.compile(r"`([^`]+)`")
NAMED = re.compile(r"(?<![\w$/.=-])[A-ZÀ-Þ]{3,}(?![\w=(-])")  # a word in capitals, in place of what a person knows
PERSONS = TO_FILL_IN | {  # what neither the target nor the server can say
    *(
        "HOURS",
        "HEURES",
        "GUIDE",
        "FILE",
        "FICHIER",
        "ADDRESS",
        "ADRESSE",
        "IMAGE",
        "DUMP",
        "EXPORT",
        "FOLDER",
        "DOSSIER",
        "DATABASE",
        "BASE",
        "POD",
    ),
    *("SCRIPT", "PATH", "CHEMIN", "NAMESPACE", "ESPACE", "COMMIT", "TAG", "LINK", "LIEN"),
}
PROGRAMS = {"CRON", "HUP", "INFO", "SELECT", "FATAL", "HEAD"}  # words of programs
OPTIONS = ("--target", "--fix", "--fix-disruptive", "--record", "--lang", "--reports", "-k", "-m", "-v")


def texts(language: str) -> Iterator[str]:
    """Yield every text that can hold a command: what to do about each criterion, each cure, and the page's own words."""
    for table in ("word", "cure", "reason", "check", "notify", "fix"):
        yield from locale(language)[table].values()
    for row in load_contract().values():
        for text in (row.next, row.seen, *row.finding.values(), *(one.next for one in row.finding.values())):
            if text is not None:
                yield text.in_language(language)


def commands(language: str) -> list[str]:
    """Return the commands, with their values filled in as a page does it."""
    found = {part for text in texts(language) for part in COMMAND.findall(text)}
    values = {name: "edge" for part in found for _, name, _, _ in Formatter().parse(part) if name}
    filled = [
        COMMAND.findall(fill(f"`{part}`", values | {"language": language, "port": "22"}, language)) for part in found
    ]
    return sorted(one for row in filled for one in row if place_of(one))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shell_parses_every_command(language: str) -> None:
    every = commands(language)
    assert len(every) > 100
    script = "".join(f"f() {{\n{one}\n}}\n" for one in every)
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_commands_know_their_words(language: str) -> None:
    own = [shlex.split(one) for one in commands(language) if one.startswith(".venv/bin/python")]
    assert len(own) > 8
    for _, flag, module, *words in own:
        assert flag == "-m"
        if module == "pytest":
            assert all(word.partition("=")[0] in OPTIONS for word in words if word.startswith("-")), words
        elif module != "notify":
            parse(module, [word.replace("HEURES", "2").replace("HOURS", "2") for word in words])


def parse(module: str, words: list[str]) -> None:
    known = {
        "reports": reports.__main__.parser,
        "fixtures": fixtures.__main__.parser,
        "remediations": remediations.__main__.parser,
    }
    known[module]().parse_args(words)  # ends the test with SystemExit if a word is unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_make_knows_its_targets(language: str) -> None:
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    made = [one.removeprefix("sudo ").split()[1] for one in commands(language) if re.match(r"(?:sudo )?make ", one)]
    assert made
    assert {*made} <= {*rules}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_a_person_knows_is_left_to_fill_in(language: str) -> None:
    left = {word for one in commands(language) for word in NAMED.findall(one)}
    assert left - PERSONS - PROGRAMS == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_with_a_word_to_fill_in_is_not_offered_to_be_copied(language: str) -> None:
    for one in commands(language):
        left = {word for word in NAMED.findall(one) if word not in PROGRAMS} | {"…"} & {*one}
        assert ('class="form"' in prose(f"`{one}`")) is bool(left), one


def test_a_remedy_comes_first_with_its_name() -> None:
    contract = load_contract()
    row = failed("DSK-01", 85.0)
    made = golden(row, contract={"DSK-01": contract["DSK-01"]})
    advice = todo(made, [row], Voice("en"))
    assert (contract["DSK-01"].remedy in advice) is bool(contract["DSK-01"].remedy)
    id = next(id for id, one in contract.items() if one.remedy)
    broken = failed("DSK-01", 85.0)
    broken = type(broken)(id, broken.outcome, seen={})
    run_ = golden(broken, contract={id: contract[id]})
    for language in LANGUAGES:
        first = COMMAND.findall(todo(run_, [broken], Voice(language)))[0]
        assert first == f".venv/bin/python -m pytest --target=twisterlab --fix=plan,{contract[id].remedy}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recorded_lab_server_has_no_folder_that_a_command_could_name(language: str) -> None:
    row = Result("DEC-02", Outcome.UNKNOWN, reason=Reason("no-series"))
    made = golden(row, contract={"DEC-02": load_contract()["DEC-02"]}, replayed_from="before.json")
    shown = msgspec.structs.replace(made, target=msgspec.structs.replace(made.target, kind="lab", own="lab"))
    assert 'class="form"' in prose(todo(shown, [row], Voice(language)))
    assert "lab" not in COMMAND.findall(todo(shown, [row], Voice(language)))[0]
    server = msgspec.structs.replace(shown, target=msgspec.structs.replace(made.target, own="edge"))
    assert COMMAND.findall(todo(server, [row], Voice(language))) == ["sudo make install TARGET=edge"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_of_advice_becomes_steps(language: str) -> None:
    """A clause that ends with a command is a step; a command within a clause, and a line of a file, stay prose."""
    sentence = "On the host: `ls -l`; see why: `df -h /`, `kubectl get pods`; with `A=1` below `[B]`; audit again"
    told = [*steps(sentence, Voice("en"))]
    assert [(step.text, step.command, step.where) for step in told] == [
        ("", "ls -l", "on the server"),
        ("See why", "df -h /", ""),
        ("", "kubectl get pods", "where kubectl has access"),
        ("With `A=1` below `[B]`", "", ""),
        ("Audit again", "", ""),
    ]
    for row in load_contract().values():
        for step in steps(row.next.in_language(language), Voice(language)):
            assert bool(step.command) is bool(place_of(step.command))


@attack("T6", "what a server calls its folders cannot become a command")
@pytest.mark.parametrize("path", ["/mnt/x;id", "/mnt/$(id)", "/mnt/a b", "/mnt/`id`", "/mnt/'q", "-rf", "/mnt/\nid"])
def test_a_value_in_a_command_is_one_word_of_the_shell(path: str) -> None:
    """A mount point, a file or a script with the characters of a shell in its name, in the command that a page offers to copy."""
    filled = fill("Look: `sudo du -xh {mount} | sort`; {mount}", {"mount": path}, "en")
    (command,) = COMMAND.findall(filled)
    words = shlex.split(command.partition(" | sort")[0].removeprefix("sudo du -xh "))
    assert len(words) == 1
    assert words[0].replace("\N{REPLACEMENT CHARACTER}", "\n").replace("'", "`") == path.replace("'", "`")


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_no_value_opens_or_leaves_a_command(value: str) -> None:
    filled = fill("say {why}, then `df {why} | head`", {"why": value}, "en")
    assert filled.count("`") == 2
    (command,) = COMMAND.findall(filled)
    assert len(shlex.split(command.removesuffix(" | head"))) == 2
    assert "`df edge | head`" in fill("`df {why} | head`", {"why": "edge"}, "en")
    assert fill("`df {why}`", {"why": shlex.quote(f"a {value.replace(chr(96), '')}")}, "en").count("`") == 2


def test_a_command_that_was_copied_as_it_stands_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    for words in (("--who", "NAME", "--role", "sponsor"), ("--who", "Dana Leroy", "--role", "RÔLE")):
        done = run("reports", "attest", tmp_path, "DEC-04", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
        assert "stands for what you have to write" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["target.toml"]
