import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.bound import Bound
from gate.contract import Text, load_contract
from gate.sentence import LANGUAGES, holes, locale
from reports.text.words import LONGEST_SENTENCE, UNSEEN, Voice, shown

ROOT = Path(__file__).parents[1]
TABLES = sorted(locale("en"))
APART = re.compile(
    r"[\d}] (?:%|h|min|s|GB|MB|MiB|Go|Mo|Mio)(?![\w’'/])"
)  # a number and a unit with a space at which a line may break
BY_ANOTHER_NAME = {"cluster-unreachable", "cluster-certificate", "unreachable"}  # codes that an expression chooses


def codes() -> Iterator[str]:
    """Yield the codes of reasons in the sources: literals in calls of Unknown and Reason, and in tables of codes."""
    for room in ("gate", "fixtures", "reports", "remediations", "tests"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Unknown", "Reason") and node.args:
                    yield from literals(node.args[0])
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("REFUSALS", "REFUSED"):
                    yield from (text for text in literals(node.value) if re.fullmatch(r"[a-z]+(-[a-z]+)+", text))


def literals(tree: ast.AST) -> Iterator[str]:
    yield from (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+(-[a-z]+)*", node.value)
    )


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_have_the_same_words(table: str) -> None:
    assert locale("en")[table].keys() == locale("fr")[table].keys()


@pytest.mark.parametrize("code", sorted({*codes(), *BY_ANOTHER_NAME} - {"password"}))
def test_every_reason_has_a_sentence_and_a_cure(code: str) -> None:
    for language in LANGUAGES:
        assert locale(language)["reason"].get(code), f"[reason] {code} in {language}.toml"
        assert locale(language)["cure"].get(code), f"[cure] {code} in {language}.toml"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cure_leads_to_a_page_that_has_it_and_to_no_rights_beyond_the_page(language: str) -> None:
    for code, text in locale(language)["cure"].items():
        for page, step in re.findall(r"(docs/[\w-]+\.md)(?:\)?, (?:step|étape) (\d))?", text):
            assert (ROOT / page).exists(), code
            assert not step or re.search(rf"^## {step}\. ", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE), (
                code
            )
        assert not re.search(r"NOPASSWD|ssh-copy-id|create token|`python ", text), code


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_fill_in_the_same_values(table: str) -> None:
    for key, english in locale("en")[table].items():
        assert holes(locale("fr")[table][key]) == holes(english), f"[{table}] {key}"


def french() -> Iterator[tuple[str, str]]:
    """Yield every text in French, and its key."""
    yield from ((f"[{table}] {key}", text) for table, rows in locale("fr").items() for key, text in rows.items())
    for id, row in load_contract().items():
        texts = {
            "title": row.title,
            "why": row.why,
            "seen": row.seen,
            "next": row.next,
            **{f"without {names}": text for names, text in row.without.items()},
            **row.finding,
            **({"missed": row.missed} if row.missed else {}),
        }
        yield from ((f"[{id}] {key}", text.in_language("fr")) for key, text in texts.items())


def test_french_has_its_spaces_and_quotes() -> None:
    for where, text in french():
        plain = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r" [:;!?%»](?![\w/.])|« ", plain), f"{where}: write a no-break space: {text}"
        assert not re.search(r"[a-zé]'|\.\.\.", plain), f"{where}: write ’ and …: {text}"


def test_every_unit_of_the_contract_has_its_french_name() -> None:
    units = {row.bound.unit for row in load_contract().values()}
    assert {unit for unit in units if unit not in locale("fr")["unit"]} <= {"%", "h", "s"}


@given(st.text(), st.integers(2, 300))
def test_nothing_a_host_says_is_hidden_or_endless(text: str, most: int) -> None:
    line = shown(text, most)
    assert len(line) <= most
    assert not UNSEEN.search(line)


def test_what_turns_the_direction_of_reading_is_written_out() -> None:
    assert shown("a\u202eb\x1b[31m\u2066\n c") == "a\\x202eb\\x1b[31m\\x2066 c"


@given(st.text(max_size=5000), st.sampled_from(LANGUAGES))
def test_an_unknown_code_with_any_value_is_one_bounded_sentence(text: str, language: str) -> None:
    assert len(Voice(language).say("reason", text, {"why": text, "ids": [text] * 9})) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("value", "unit", "en", "fr"),
    [
        (85.02, "%", "85.02\u00a0%", "85,02\u00a0%"),
        (10.81, "%", "10.8\u00a0%", "10,8\u00a0%"),
        (6.997, "days", "6.997\u00a0days", "6,997\u00a0jours"),
        (543.35, "days", "543\u00a0days", "543\u00a0jours"),
        (1998.66, "MiB", "1999\u00a0MiB", "1999\u00a0Mio"),
        (0.01, "min", "<\u00a01\u00a0min", "<\u00a01\u00a0min"),
        (3.2e-6, "GB", "3.2\u00a0kB", "3,2\u00a0ko"),
        (3, "deployments", "3\u00a0deployments", "3\u00a0déploiements"),
        (-15.5, "days", "−15.5\u00a0days", "−15,5\u00a0jours"),
        (0.004, "GB", "4\u00a0MB", "4\u00a0Mo"),
        (7.0, "", "7", "7"),
    ],
)
def test_a_figure_with_its_unit(value: float, unit: str, en: str, fr: str) -> None:
    assert (Voice("en").figure(value, unit), Voice("fr").figure(value, unit)) == (en, fr)


def test_a_target_to_be_met_exactly_stands_alone() -> None:
    assert Voice("en").bound(Bound.parse("= 3 deployments")) == "3\u00a0deployments"
    assert Voice("fr").bound(Bound.parse("< 69.5 %")) == "<\u00a069,5\u00a0%"


@pytest.mark.parametrize(
    ("value", "unit", "english", "french"),
    [
        (0, "sets", "0 sets", "0 jeu"),
        (1, "sets", "1 set", "1 jeu"),
        (1.5, "days", "1.5 days", "1,5 jour"),
        (3, "sets", "3 sets", "3 jeux"),
        (2, "GB", "2 GB", "2 Go"),
        (1, "furlongs", "1 furlongs", "1 furlongs"),
    ],
)
def test_units_agree_with_their_figure(value: float, unit: str, english: str, french: str) -> None:
    assert (Voice("en").figure(value, unit), Voice("fr").figure(value, unit)) == (
        english.replace(" ", "\u00a0"),
        french.replace(" ", "\u00a0"),
    )


def test_a_unit_names_what_is_wrong_where_none_is_wanted() -> None:
    asked = {row.bound.unit for row in load_contract().values() if row.bound.compare == "=" and row.bound.figure == 0}
    plain = re.compile(
        "pods|files|clocks|doors|lines|units|claims|entries|volumes|guides|images|scripts|citations|"
        "horloges|portes|fichiers|lignes|unités|demandes|entrées"
    )
    for language in LANGUAGES:
        assert not [unit for unit in asked if plain.fullmatch(locale(language)["unit"][unit])], "“0 files” says nothing"


def units_apart() -> Iterator[tuple[str, str]]:
    """Yield every text of the contract and of the reports in both languages, and its key."""
    for language in LANGUAGES:
        for table, rows in locale(language).items():
            yield from ((f"{language} [{table}] {key}", text) for key, text in rows.items())
        for id, row in load_contract().items():
            texts = {
                "title": row.title,
                "why": row.why,
                "seen": row.seen,
                "next": row.next,
                **{f"without {names}": text for names, text in row.without.items()},
                **row.finding,
                **({"missed": row.missed} if row.missed else {}),
                **({"now": row.kpi.now} if row.kpi else {}),
            }
            yield from ((f"{language} [{id}] {key}", text.in_language(language)) for key, text in texts.items())


def test_a_figure_and_its_unit_stay_on_one_line() -> None:
    for where, text in units_apart():
        plain = re.sub(r"`[^`]*`", "", text)
        assert not APART.search(plain), f"{where}: write a no-break space: {text}"


def test_a_long_list_keeps_its_true_count() -> None:
    text = Voice("en").text(
        Text("{names:list} ({names:count})", "x"), {"names": [f"e{number}" for number in range(108)]}
    )
    assert text == "e0, e1, e2, e3, e4 and 103 more (108)"


def test_what_stays_in_english_is_said_to_be() -> None:
    assert "anglais" in locale("fr")["word"]["script"]
