"""What a measurement is, what rows it gives, and whether each reached what it is to reach."""
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Callable, Iterable

from programs import Act, calibration

RUNS = int(os.environ.get("RUNS", "5"))
WITH_PEERS = os.environ.get("PEERS", "1") != "0"


@dataclass
class Target:
    """What is to be reached: so many times another's figure of the same row, or a figure by itself where there is no other."""

    value: float
    peer: str = ""


@dataclass
class Row:
    """One line of the table: what is done, the figure that counts, whose it is, and what is to be reached."""

    name: str
    figure: str
    targets: list[Target] = field(default_factory=list)
    # Which of the measurement's own is meant.
    of: str = "pastry"
    # Whether less is better.
    less: bool = False
    # Figures that were measured elsewhere, with where: what cannot be measured in this run.
    quoted: dict[str, tuple[float, str]] = field(default_factory=dict)
    # What of several rounds counts. What must never happen is not allowed to happen once.
    of_rounds: Callable[[Iterable[float]], float] = statistics.median


@dataclass
class Measurement:
    """What is run alternately, so that whatever else the machine does meets all alike; each run gives figures for several rows."""

    ours: dict[str, Act]
    rows: list[Row]
    peers: dict[str, Act] = field(default_factory=dict)


def rows_of(group: str, measurement: Measurement) -> list[dict]:
    """Measures it, and says what became of each row."""
    samples, spent = samples_of(measurement)
    seconds = sum(spent.values())
    sha256 = calibration()
    print(f"{measurement.rows[0].name} (and {len(measurement.rows) - 1} more of it): {', '.join(f'{who} {taken:.0f} s' for who, taken in spent.items())}", file=sys.stderr)
    return [result_of(group, row, samples) | {"measuredSeconds": round(seconds, 1), "sha256MBps": sha256} for row in measurement.rows]


def samples_of(measurement: Measurement) -> tuple[dict[str, list[dict]], dict[str, float]]:
    """By who, what each round gave, and the seconds of all its rounds."""
    samples: dict[str, list[dict]] = {}
    spent: dict[str, float] = {}
    for _ in range(RUNS):
        for who, act in {**measurement.ours, **(measurement.peers if WITH_PEERS else {})}.items():
            own: dict[str, float] = {}
            started = time.monotonic()
            given = act()
            spent[who] = spent.get(who, 0.0) + time.monotonic() - started
            for name, value in given.items():
                peer, dot, figure = name.partition(".")
                if dot:
                    samples.setdefault(peer, []).append({figure: value})
                else:
                    own[name] = value
            samples.setdefault(who, []).append(own)
    return samples, spent


def result_of(group: str, row: Row, samples: dict[str, list[dict]]) -> dict:
    figures = {}
    for who, rounds in samples.items():
        values = [given[row.figure] for given in rounds if row.figure in given]
        if values:
            figures[who] = {"value": row.of_rounds(values), "samples": values}
    for who, (value, source) in row.quoted.items():
        figures[who] = {"value": value, "quoted": source}
    verdicts = [verdict(row, target, figures) for target in row.targets]
    return {
        "group": group, "name": row.name, "figure": row.figure, "of": row.of, "figures": figures, "verdict": "; ".join(text for text, _ in verdicts),
        # Neither where a peer is missing.
        "reached": None if not verdicts or any(done is None for _, done in verdicts) else all(done for _, done in verdicts),
    }


def verdict(row: Row, target: Target, figures: dict) -> tuple[str, bool | None]:
    """In words, and whether it is reached; null if something was not measured."""
    most = "at most " if row.less else ""
    if row.of not in figures or (target.peer and target.peer not in figures):
        return f"{target.peer or row.of} was not measured", None
    own = figures[row.of]["value"]
    if not target.peer:
        reached = own <= target.value if row.less else own >= target.value
        return f"to reach: {most}{target.value:,.4g}", reached
    other = figures[target.peer]["value"]
    ratio = own / other if other else float("inf")
    reached = ratio <= target.value if row.less else ratio >= target.value
    return f"{ratio:.2f} x {target.peer} (to reach: {most}{target.value:g})", reached
