"""Writes the completion of `phase0-gate` for bash and zsh from the parsers of its commands."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from shlex import quote

from fixtures.session.registry import registered_facts
from gate.contract import load_contract
from phase0_gate.helping import usage
from phase0_gate.parsers import arguments, parsers, subcommands

KINDS = {  # what a word is by its name in the usage: a target, a folder or a file of this machine
    "TARGET": "target",
    "NAME|PATH": "target",
    "FOLDER": "folder",
    "FILE": "file",
    "RUN.json": "file",
    "BEFORE": "file",
    "AFTER": "file",
}
BASH = """\
# Completion of phase0-gate in bash: eval "$(phase0-gate completion bash)"
# No word is handed to the shell to be expanded: the name of a folder may hold anything.
_phase0_gate() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} kind='' each
  local -a words=()
  if [[ $word == = ]]; then word=; fi  # bash splits --lang=en into three words
  if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
  if ((COMP_CWORD == 1)); then
    words=(@COMMANDS@)
  else
    case ${COMP_WORDS[1]} in
@WORDS@
    esac
    case ${COMP_WORDS[1]}:$before in
@VALUES@
    esac
  fi
  if [[ $kind == *target* ]]; then
    words+=(demo)
    for each in targets/*/target.toml; do
      each=${each%/target.toml}
      if [[ -d $each ]]; then words+=("${each#targets/}"); fi
    done
  fi
  COMPREPLY=()
  for each in "${words[@]}"; do
    if [[ $each == "$word"* ]]; then COMPREPLY+=("$(printf %q "$each")"); fi
  done
  case $kind in
    *file*) while read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$word"); compopt -o filenames 2>/dev/null ;;
    *target* | *folder*) while read -r each; do COMPREPLY+=("$each"); done < <(compgen -d -- "$word") ;;
  esac
}
complete -F _phase0_gate phase0-gate
"""
ZSH = """\
#compdef phase0-gate
# Completion of phase0-gate in zsh: eval "$(phase0-gate completion zsh)", after compinit
_phase0_gate() {
  local command=$words[2] before=$words[CURRENT-1] kind='' each
  local -a offered
  if ((CURRENT == 2)); then
    offered=(@COMMANDS@)
    _describe command offered
    return
  fi
  if compset -P '*='; then before=${words[CURRENT]%%=*}; fi
  case $command in
@WORDS@
  esac
  case $command:$before in
@VALUES@
  esac
  if [[ $kind == *target* ]]; then
    compadd demo
    for each in targets/*/target.toml(N:h:t); do compadd -- "$each"; done
  fi
  if ((#offered)); then _describe word offered; fi
  case $kind in
    *file*) _files ;;
    *target* | *folder*) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _phase0_gate ]]; then _phase0_gate "$@"; else compdef _phase0_gate phase0-gate; fi
"""


@dataclass(frozen=True)
class Offer:
    """What can be written at a place: words, each with its explanation, and kinds of KINDS."""

    words: tuple[tuple[str, str], ...] = ()
    kind: str = ""


def bash() -> str:
    """Return the completion for bash."""
    return _filled(BASH, 6, lambda offer: f"words=({_bash_words(offer)}) kind={quote(offer.kind)}")


def zsh() -> str:
    """Return the completion for zsh, in which each word has its explanation."""
    return _filled(ZSH, 4, lambda offer: f"offered=({_zsh_words(offer)}) kind={quote(offer.kind)}", _zsh_words)


SHELLS: dict[str, Callable[[], str]] = {"bash": bash, "zsh": zsh}


def _bash_words(offer: Offer) -> str:
    return " ".join(quote(word) for word, _ in offer.words)


def _zsh_words(offer: Offer) -> str:
    return " ".join(quote(f"{word}:{meaning}" if meaning else word) for word, meaning in offer.words)


def _filled(
    template: str,
    indent: int,
    assigned: Callable[[Offer], str],
    commands: Callable[[Offer], str] = _bash_words,
) -> str:
    known = parsers()
    names = Offer(tuple((name, usage(parser)) for name, parser in known.items()))
    after = {name: _after_command(parser) for name, parser in known.items()}
    values = {f"{name}:{option}": offer for name, parser in known.items() for option, offer in _after_option(parser)}
    for mark, text in {
        "@COMMANDS@": commands(names),
        "@WORDS@": "\n".join(f"{' ' * indent}{name}) {assigned(offer)} ;;" for name, offer in after.items()),
        "@VALUES@": "\n".join(f"{' ' * indent}{place}) {assigned(offer)} ;;" for place, offer in values.items()),
    }.items():
        template = template.replace(mark, text)
    return template


def _after_command(parser: argparse.ArgumentParser) -> Offer:
    """What follows a command: its options, and what its words may be."""
    options = [(option, _said(action)) for action in arguments(parser) for option in action.option_strings]
    words = [action for action in arguments(parser) if not action.option_strings]
    offers = [_values(action) for action in words]
    kinds = dict.fromkeys(offer.kind for offer in offers if offer.kind)
    named = [(name, usage(one)) for name, one in subcommands(parser).items()]
    return Offer((*named, *(word for offer in offers for word in offer.words), *options), " ".join(kinds))


def _after_option(parser: argparse.ArgumentParser) -> Iterator[tuple[str, Offer]]:
    for action in arguments(parser):
        for option in action.option_strings:
            if action.nargs != 0:
                yield option, _values(action)


def _values(action: argparse.Action) -> Offer:
    """What the value of an option, or a word, may be."""
    if action.choices and not isinstance(action, argparse._SubParsersAction):
        return Offer(tuple((str(choice), "") for choice in action.choices))
    match action.metavar:
        case "ID":
            return Offer(tuple((id, row.title.en.replace("{figure}", "…")) for id, row in load_contract().items()))
        case "FACT":
            return Offer(tuple((fact.name, "") for fact in registered_facts()))
        case str(metavar) if "plan" in metavar.split("|"):
            return Offer((("plan", "show steps, diffs and undo, and change nothing"),))
        case str(metavar):
            kinds = [KINDS[part] for part in (metavar, metavar.split("|")[0]) if part in KINDS]
            return Offer(kind=kinds[0] if kinds else "")
        case _:
            return Offer()


def _said(action: argparse.Action) -> str:
    return " ".join((action.help or "").split())
