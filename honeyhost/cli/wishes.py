"""
Wishes: how the person wants to be spoken to.

Whether a failure is told as text or as JSON, in colour or not, must be known before the command line is understood, because
not understanding it is a failure too. So the words are looked up in the arguments first. The parser has the same options
(``honeyhost.cli.options``), for ``--help``, completion and refusing wrong values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from honeyhost.cli.render.colour import When


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """
    What the arguments and the environment say about the form of answers.
    """

    colour: When = "auto"
    json: bool = False
    debug: bool = False
    progress: bool = True
    accessible: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> "Wishes":
        """
        The wishes in the arguments (up to ``--``) and in the environment.
        """
        words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
        return cls(
            colour=_colour(_value(words, "--color")),
            json="--json" in words or _value(words, "--format") == "json",
            debug="--debug" in words,
            progress="--no-progress" not in words and environ.get("CI", "") in ("", "0", "false"),
            accessible="--accessible" in words or environ.get("ACCESSIBLE", "") not in ("", "0"),
        )


def _colour(word: str | None) -> When:
    return "always" if word == "always" else "never" if word == "never" else "auto"


def _value(words: Sequence[str], option: str) -> str | None:
    """
    The value of the option, the last one where it is given twice.
    """
    found: str | None = None
    for number, word in enumerate(words):
        if word == option and number + 1 < len(words):
            found = words[number + 1]
        elif word.startswith(f"{option}="):
            found = word.removeprefix(f"{option}=")
    return found
