"""
The benchmarks: ``python benchmarks/run.py [--full] [--only P2,P7] [--json FILE]``.

The quick form takes under two minutes, prints a table for each headline and exits with 1 where a ratio misses its target by
more than a quarter. The full form measures 1000 plugins and writes ``benchmarks/README.md``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import p1_boot
import p2_requests
import p3_unknown
import p4_openapi
import p6_call
import p7_discovery
import p8_resolve
import p9_commands
import p10_toggle
import p11_memory
import p12_upgrade
import p18_operations
from boots import Boots
from ground import Ground
from hosts import Hosts
from outcome import Headline
from report import as_json, markdown, text
from scale import FULL, QUICK, Scale

HEADLINES = ("P1", "P2", "P3", "P4", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P18")
README = Path(__file__).parent / "README.md"


def main() -> int:
    """
    Measure, print, and say by the exit code whether all is as it should be.
    """
    options = _options()
    if options.full and not options.only:
        print(f"measuring up to {FULL.largest} plugins; this takes about ten minutes", flush=True)
    scale = FULL if options.full else QUICK
    with tempfile.TemporaryDirectory(prefix="honeyhost-bench-") as folder:
        headlines = _measured(_headlines(Path(folder), scale), options.only)
    command = f"python benchmarks/run.py{' --full' if options.full else ''}"
    if options.json is not None:
        options.json.write_text(as_json(headlines, command), encoding="utf-8")
    if options.full and not options.only:
        README.write_text(markdown(headlines, command), encoding="utf-8")
    failed = [f"{headline.identifier} {found.claim}" for headline in headlines for found in headline.verdicts if found.failed]
    for claim in failed:
        print(f"missed by more than a quarter: {claim}")
    return 1 if failed else 0


def _headlines(folder: Path, scale: Scale) -> Mapping[str, Callable[[], Headline]]:
    ground = Ground(folder)
    boots = Boots(ground, scale)
    hosts = Hosts(ground)
    return {
        "P1": lambda: p1_boot.measure(boots, scale),
        "P2": lambda: p2_requests.measure(hosts, scale),
        "P3": lambda: p3_unknown.measure(hosts, scale),
        "P4": lambda: p4_openapi.measure(boots, scale),
        "P6": lambda: p6_call.measure(ground, scale),
        "P7": lambda: p7_discovery.measure(ground, scale),
        "P8": lambda: p8_resolve.measure(ground, scale),
        "P9": lambda: p9_commands.measure(ground, scale),
        "P10": lambda: p10_toggle.measure(ground, scale),
        "P11": lambda: p11_memory.measure(boots, scale),
        "P12": lambda: p12_upgrade.measure(ground, scale),
        "P18": lambda: p18_operations.measure(ground, scale),
    }


def _measured(headlines: Mapping[str, Callable[[], Headline]], only: Sequence[str]) -> list[Headline]:
    measured: list[Headline] = []
    for identifier, measure in headlines.items():
        if only and identifier not in only:
            continue
        began = time.monotonic()
        measured.append(measure())
        print(text(measured[-1]))
        print(f"  took {time.monotonic() - began:.0f} s\n", flush=True)
    return measured


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure honeyhost beside its peers.")
    parser.add_argument("--full", action="store_true", help="1000 plugins; writes benchmarks/README.md")
    parser.add_argument("--only", type=_identifiers, default=(), metavar="P2,P7", help="some headlines")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    return parser.parse_args()


def _identifiers(words: str) -> tuple[str, ...]:
    found = tuple(word.strip().upper() for word in words.split(","))
    unknown = [word for word in found if word not in HEADLINES]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(HEADLINES)}")
    return found


if __name__ == "__main__":
    sys.exit(main())
