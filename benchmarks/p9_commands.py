"""
P9, commands: what the command line costs from start to end.
"""

import sys
from collections.abc import Mapping

from ground import PYTHON, UNRELATED, Ground
from outcome import Headline, Row, Verdict, ratio
from peers import LACKS, installed, missing
from scale import Scale
from timing import Command, median, started

_COUNT = 1000
_METHOD = (
    f"CPU time of whole processes. honeyhost and pip list the same folder of {_COUNT} plugins among {UNRELATED} other "
    "distributions; npe2 lists as many plugins of its own. After apply, list answers from what was recorded while the stamps "
    "of all files fit; before it, and after any change, it looks anew: it reads, validates and resolves every manifest, about "
    "0.17 ms for a wheel and 0.4 ms for a folder whose YAML must be parsed. The ratio is to an interpreter that does nothing."
)
_FLOOR = "python -c pass (floor)"
_PEERS = {"pip": LACKS["pip"], "npe2": LACKS["npe2"], "datasette": LACKS["datasette"]}


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Every command.
    """
    commands = _commands(ground)
    fewer = {name: scale.peer_starts for name in commands if name.partition(" ")[0] in _PEERS}
    runs = started(commands, scale.starts, fewer=fewer)
    costs = {name: median([run.cpu for run in taken]) for name, taken in runs.items()}
    walls = {name: median([run.wall for run in taken]) for name, taken in runs.items()}
    rows = [
        Row(
            name=name,
            value=cost,
            wall=walls[name],
            unit="s",
            ratio=ratio(cost, costs[_FLOOR]),
            lacks=_PEERS.get(name.partition(" ")[0], ""),
        )
        for name, cost in costs.items()
    ]
    verdicts = [
        Verdict(
            claim=f"{name} of {_COUNT} to pip list",
            actual=ratio(costs[name], costs["pip list"]),
            target=1.0,
        )
        for name in (_LIST_WHEELS, _LIST_FOLDERS)
    ]
    actual = ratio(costs["honeyhost --help"], costs["pip --version"])
    verdicts.append(Verdict(claim="honeyhost --help to pip --version", actual=actual, target=2.0))
    return Headline(
        identifier="P9", title="Commands", method=_METHOD, rows=rows, verdicts=verdicts, notices=missing(["npe2", "datasette"])
    )


_LIST_WHEELS, _LIST_FOLDERS = "honeyhost list, wheels, applied", "honeyhost list, folders, applied"


def _commands(ground: Ground) -> Mapping[str, Command]:
    crowd, folders, npe2 = ground.crowd(_COUNT), ground.unapplied(_COUNT), ground.npe2(_COUNT)

    def peer(*words: str) -> Command:
        where = npe2 if words[0] == "npe2" else crowd
        return Command(words=(*PYTHON, "-m", *words), folder=where.folder, environment=where.environment)

    every = {
        _FLOOR: Command(words=(sys.executable, "-c", "pass"), folder=crowd.folder),
        "honeyhost --version": crowd.honeyhost("--version"),
        "honeyhost --help": crowd.honeyhost("--help"),
        _LIST_WHEELS: ground.applied_crowd(_COUNT).honeyhost("list"),
        _LIST_FOLDERS: ground.folders(_COUNT).honeyhost("list"),
        "honeyhost list, wheels, looking anew": crowd.honeyhost("list"),
        "honeyhost list, folders, looking anew": folders.honeyhost("list"),
        "pip --version": peer("pip", "--version"),
        "pip list": peer("pip", "list"),
    }
    if installed("npe2") is not None:
        every |= {"npe2 --help": peer("npe2", "--help"), "npe2 list": peer("npe2", "list")}
    if installed("datasette") is not None:
        every |= {"datasette --version": peer("datasette", "--version"), "datasette plugins": peer("datasette", "plugins")}
    return every
