"""Runs the programs that are measured, ours and the peers: each of them answers with one line of JSON."""
import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# bench/run.sh says which; by itself what a build left.
PASTRY = os.environ.get("PASTRY", ROOT / "artifacts/bin/PastryActors.Node/release/pastry")
BROKERS = ROOT / "artifacts/bin/Brokers/release/brokers"
# Where servers of Debian packages are, for who is not root.
PATH = os.environ["PATH"] + ":/usr/sbin"
# Of one program. None takes a quarter of it on an idle machine.
LIMIT_SECONDS = 240

Figures = dict[str, float]
Act = Callable[[], Figures]


def scratch(place: str | None) -> dict[str, str]:
    """A folder for what programs write, which goes at the end with whatever they left in it."""
    folder = tempfile.mkdtemp(prefix="pastry-compare-", dir=place)
    os.chmod(folder, 0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"TMPDIR": folder}


DISK = scratch(None)
# Where the disk is not the point.
MEMORY = scratch("/dev/shm") if os.path.isdir("/dev/shm") else DISK


def run(command: list[object], environment: dict[str, str] = DISK) -> dict:
    """The last line of a program's output, as JSON, and the processor time that it took. One that fails says why on standard error; its figures are missing."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(words, stdout=output, stderr=errors, env={**os.environ, "PATH": PATH, **environment}, start_new_session=True)
        used, code = wait(process)
        output.seek(0)
        errors.seek(0)
        lines = output.read().strip().splitlines()
        if code != 0 or not lines:
            print(f"  {' '.join(words)}: {errors.read().strip()[-400:] or code}", file=sys.stderr)
            return {}
        return {**json.loads(lines[-1]), "processorSeconds": used}


def wait(process: subprocess.Popen) -> tuple[float, int]:
    """Processor seconds and exit code. What takes too long is ended, and so is what runs when this program is."""
    before = os.times()
    try:
        code = process.wait(LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        code = end(process)
    except BaseException:
        end(process)
        raise
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, code


def end(process: subprocess.Popen) -> int:
    """Asks a program to end, with all that it started, and makes it where it does not: a bench stops its cluster first."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def pastry(*arguments: object, environment: dict[str, str] = DISK) -> Act:
    """Our bench. What it measures beside itself comes as "peer.figure"."""

    def act() -> Figures:
        document = run([PASTRY, "bench", *arguments, "--json"], environment)
        figures = dict(document.get("figures", {}))
        for peer, values in document.get("peers", {}).items():
            figures.update({f"{peer}.{name}": value for name, value in values.items()})
        return figures

    return act


def simulation(nodes: int) -> Act:
    """A ring that builds itself on virtual time."""

    def act() -> Figures:
        with tempfile.TemporaryDirectory() as folder:
            scenario = pathlib.Path(folder) / "ring.txt"
            scenario.write_text(f"about A ring that builds itself.\nnodes {nodes}\npreset papers\njoin 8\nwhole\njoin all paced=5%\nwhole within=30m\n")
            document = run([PASTRY, "sim", scenario, "--json"])
        return {**document.get("figures", {}), "processorSeconds": document["processorSeconds"]} if document else {}

    return act


def broker(name: str, program: str, count: int, size: int, rate: int = 0, stall: int = 0) -> Act:
    return lambda: run([BROKERS, name, 16, 4, count, size, rate, stall]) if installed(program, program) else {}


def nginx(size: int, count: int, environment: dict[str, str] = DISK) -> Act:
    return lambda: run([sys.executable, ROOT / "bench/peers/nginx.py", size, count], environment) if installed("nginx", "nginx-light") else {}


def hyperdht() -> Figures:
    # What it installs is there the next time.
    return run(["node", ROOT / "bench/peers/hyperdht.mjs"], {}) if shutil.which("node") else {}


def installed(program: str, package: str) -> bool:
    """Whether a program is there, or could be installed."""
    if shutil.which(program, path=PATH):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False, "env": {**os.environ, "RUNLEVEL": "1"}}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", package], **quiet)
    return shutil.which(program, path=PATH) is not None


def calibration() -> float:
    """MB/s of SHA-256 on one core: how fast this machine is at the moment."""
    done = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "sha256"], capture_output=True, text=True, check=False)
    found = re.search(r"^sha256\s+([\d.]+)k", done.stdout, re.MULTILINE)
    return float(found[1]) / 1000 if found else 0.0
