"""Runs each row of the comparison alternately with its peers, and writes a table, bench/results/DATE.json and a page beside it."""
import datetime
import html
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASTRY = ROOT / "artifacts/bin/PastryActors.Node/release/pastry"
BROKERS = ROOT / "artifacts/bin/Brokers/release/brokers"
RUNS = int(os.environ.get("RUNS", "5"))
WITH_PEERS = os.environ.get("PEERS", "1") != "0"
LIMIT_SECONDS = 300


@dataclass
class Row:
    """One line of the table: what is done, the figure that counts, who does it, and what is to be reached."""

    name: str
    figure: str
    ours: list[str]
    peers: dict[str, Callable[[], dict]] = field(default_factory=dict)
    # Peer, and how many times its figure is wanted. Below 1 where what is compared does less.
    target: tuple[str, float] | None = None
    # Whether less is better.
    less: bool = False


def run(command: list[str], environment: dict | None = None) -> dict:
    """The last line of a program's output, as JSON. A program that fails says why on its error output; its figures are missing."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=LIMIT_SECONDS, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode != 0:
        print(f"  {' '.join(map(str, command))}: {done.stderr.strip()[-400:]}", file=sys.stderr)
        return {}
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(arguments: list[str]) -> dict:
    """Our figures, and those of the plain things that a bench measures beside itself."""
    document = run([PASTRY, "bench", *arguments, "--json"])
    figures = dict(document.get("figures", {}))
    for peer, values in document.get("peers", {}).items():
        figures.update({f"{peer}.{name}": value for name, value in values.items()})
    return figures


def simulated(nodes: int) -> dict:
    """Wall time and memory of a ring that builds itself."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = pathlib.Path(folder) / "ring.txt"
        scenario.write_text(f"about A ring that builds itself.\nnodes {nodes}\npreset papers\njoin 8\nwhole\njoin all paced=5%\nwhole within=30m\n")
        document = run([PASTRY, "sim", scenario, "--json"])
    return {"seconds": document.get("wallSeconds"), **document.get("figures", {})}


def installed(program: str, package: str) -> bool:
    """Whether a program is there, or could be installed."""
    path = os.environ["PATH"] + ":/usr/sbin"
    if shutil.which(program, path=path):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False, "env": {**os.environ, "RUNLEVEL": "1"}}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", package], **quiet)
    return shutil.which(program, path=path) is not None


def broker(name: str, program: str, count: int, size: int, rate: int = 0) -> Callable[[], dict]:
    def measure() -> dict:
        if not installed(program, program):
            return {}
        return run([BROKERS, name, 16, 4, count, size, rate], {"PATH": os.environ["PATH"] + ":/usr/sbin"})

    return measure


def script(name: str, *arguments: object) -> Callable[[], dict]:
    def measure() -> dict:
        if name.endswith(".mjs"):
            return run(["node", ROOT / "bench/peers" / name, *arguments]) if shutil.which("node") else {}
        return run([sys.executable, ROOT / "bench/peers" / name, *arguments]) if installed("nginx", "nginx-light") else {}

    return measure


def brokers(count: int, size: int, rate: int = 0) -> dict[str, Callable[[], dict]]:
    return {
        "nats": broker("nats", "nats-server", count, size, rate),
        "redis": broker("redis", "redis-server", count, size, rate),
        "mosquitto": broker("mosquitto", "mosquitto", count, size, rate),
    }


ROWS = {
    "insert": [
        Row("insert 1 KiB", "insertsPerSecond", ["insert"], {"nginx": script("nginx.py", "insert", 1024, 2000)}, ("copyWithFlush", 4)),
        Row("insert 1 MiB", "bytesPerSecond", ["insert", "--size", str(1 << 20), "--count", "400"], {"nginx": script("nginx.py", "insert", 1 << 20, 100)}, ("nginx", 1)),
        Row("insert 1 GiB", "bytesPerSecond", ["insert", "--size", str(1 << 30), "--count", "1", "--outstanding", "1"], {"nginx": script("nginx.py", "insert", 256 << 20, 1)}, ("nginx", 1)),
    ],
    "lookup": [
        Row("lookup 1 KiB", "lookupsPerSecond", ["lookup"], {"nginx": script("nginx.py", "lookup", 1024, 2000)}, ("nginx", 2)),
        Row("lookup 256 MiB", "bytesPerSecond", ["lookup", "--size", str(256 << 20), "--outstanding", "1"], {"nginx": script("nginx.py", "lookup", 256 << 20, 1)}, ("nginx", 0.3)),
    ],
    "dht": [
        Row("put 100 B, 16 at once", "insertsPerSecond", ["insert", "--size", "100", "--outstanding", "16"], {"hyperdht": script("hyperdht.mjs", "put")}, ("hyperdht", 4)),
        Row("get 100 B, 16 at once", "lookupsPerSecond", ["lookup", "--size", "100", "--outstanding", "16"], {"hyperdht": script("hyperdht.mjs", "get")}, ("hyperdht", 4)),
    ],
    "multicast": [
        Row("multicast 100 B, best effort", "deliveriesPerSecond", ["multicast", "--level", "best-effort", "--count", "200000", "--seconds", "60"], brokers(200_000, 100), ("nats", 1)),
        Row("multicast 100 B, ordered", "deliveriesPerSecond", ["multicast", "--count", "200000", "--seconds", "60"], {"nats": broker("nats", "nats-server", 200_000, 100)}, ("nats", 0.5)),
        Row("multicast 1,000 a second, p50", "p50Micros", ["multicast", "--rate", "1000", "--count", "5000", "--outstanding", "256"], brokers(5_000, 100, 1000), ("nats", 1), less=True),
        Row("multicast 1,000 a second, p99", "p99Micros", ["multicast", "--rate", "1000", "--count", "5000", "--outstanding", "256"], brokers(5_000, 100, 1000), ("nats", 1), less=True),
        Row("multicast 64 KiB", "bytesPerSecond", ["multicast", "--level", "best-effort", "--size", "65536", "--count", "2000", "--seconds", "60"], brokers(2_000, 65536), ("nats", 1)),
    ],
    "transport": [
        Row("transport 64 KiB, TLS", "bytesPerSecond", ["transport"], {}, None),
        Row("transport 64 KiB, clear", "bytesPerSecond", ["transport", "--set", "pastry.tcp.tls=false"], {}, ("socket", 0.8)),
    ],
    "store": [Row("store 1 KiB", "writesPerSecond", ["store"], {}, ("appendWithFlush", 1))],
    "simulator": [],
}


def measure(row: Row) -> dict:
    """Alternately, so that whatever else the machine does meets all alike."""
    samples: dict[str, list[float]] = {}
    for _ in range(RUNS):
        figures = ours(row.ours)
        note(samples, "pastry", figures.get(row.figure))
        for name, value in figures.items():
            peer, dot, figure = name.partition(".")
            if dot and figure == row.figure:
                note(samples, peer, value)
        for peer, act in row.peers.items() if WITH_PEERS else []:
            note(samples, peer, act().get(row.figure))
    return {who: {"median": statistics.median(values), "samples": values} for who, values in samples.items()}


def note(samples: dict[str, list[float]], who: str, value: float | None) -> None:
    if value is not None:
        samples.setdefault(who, []).append(value)


def calibration() -> float:
    """MB/s of SHA-256 on one core: how fast this machine is today."""
    done = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "sha256"], capture_output=True, text=True, check=False)
    found = re.search(r"^sha256\s+([\d.]+)k", done.stdout, re.MULTILINE)
    return float(found[1]) / 1000 if found else 0.0


def verdict(row: Row, figures: dict) -> str:
    if row.target is None or "pastry" not in figures or row.target[0] not in figures:
        return ""
    peer, wanted = row.target
    ratio = figures["pastry"]["median"] / figures[peer]["median"]
    reached = ratio <= wanted if row.less else ratio >= wanted
    return f"{ratio:.2f} x {peer} (to reach: {'at most ' if row.less else ''}{wanted:g}) {'yes' if reached else 'NO'}"


def show(results: list[dict]) -> str:
    lines = [f"{'WORK':34}{'PASTRY':>14}  BESIDE IT"]
    for result in results:
        own = result["figures"].get("pastry", {}).get("median")
        beside = ", ".join(f"{who} {values['median']:,.4g}" for who, values in result["figures"].items() if who != "pastry")
        lines.append(f"{result['name']:34}{'-' if own is None else f'{own:,.4g}':>14}  {beside}; {result['verdict']}")
    return "\n".join(lines)


def page(document: dict) -> str:
    """Bars for each row, the longest as wide as the page."""
    parts = []
    for result in document["rows"]:
        medians = {who: values["median"] for who, values in result["figures"].items()}
        longest = max(medians.values(), default=1) or 1
        bars = "".join(
            f"<tr><th>{html.escape(who)}</th><td><div class='{'own' if who == 'pastry' else 'peer'}' style='width:{100 * value / longest:.1f}%'></div></td><td>{value:,.4g}</td></tr>"
            for who, value in medians.items())
        parts.append(f"<h2>{html.escape(result['name'])}</h2><p>{html.escape(result['figure'])}. {html.escape(result['verdict'])}</p><table>{bars}</table>")
    style = "body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{width:100%}th{width:9em;text-align:left}td:last-child{width:8em;text-align:right}div{height:1em}.own{background:#2a6}.peer{background:#999}"
    return f"<!doctype html><meta charset='utf-8'><title>PastryActors, measured {document['date']}</title><style>{style}</style><h1>Measured {document['date']}</h1><p>Medians of {document['runs']} alternate runs; SHA-256 {document['sha256MBps']:.0f} MB/s a core.</p>{''.join(parts)}"


def main() -> None:
    wanted = sys.argv[1]
    if wanted != "all" and wanted not in ROWS:
        sys.exit(f"bench/run.sh {'|'.join(ROWS)}|all, not {wanted}")
    results = []
    for group, rows in ROWS.items():
        if wanted not in ("all", group):
            continue
        for row in rows:
            print(f"{row.name} ...", file=sys.stderr)
            figures = measure(row)
            results.append({"group": group, "name": row.name, "figure": row.figure, "figures": figures, "verdict": verdict(row, figures)})
        if group == "simulator":
            samples = [simulated(1000) for _ in range(RUNS)]
            seconds = [s["seconds"] for s in samples if s.get("seconds")]
            if seconds:
                results.append({"group": group, "name": "simulated ring of 1,000 built", "figure": "seconds", "figures": {"pastry": {"median": statistics.median(seconds), "samples": seconds}}, "verdict": ""})

    document = {"date": datetime.date.today().isoformat(), "runs": RUNS, "processors": os.cpu_count(), "sha256MBps": calibration(), "rows": results}
    folder = ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    (folder / f"{document['date']}-{wanted}.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / f"{document['date']}-{wanted}.html").write_text(page(document))
    print(show(results))


if __name__ == "__main__":
    main()
