"""Three nginx on loopback that take PUT: nginx.py BYTES COUNT. The same object is put to all three (one large one to all at once), and read from one; nothing is flushed or verified.

A large file is read by curl, where there is one, which is what one would read it with; else by this program."""
import concurrent.futures
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

WORKERS = 32
SECONDS = 4
# From here on a file is large.
LARGE_BYTES = 64 << 20
CONFIG = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 512; }}
http {{ access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000; client_max_body_size 0; client_body_temp_path {folder}/temporary;
server {{ listen 127.0.0.1:{port}; root {folder}/files; dav_methods PUT; }} }}"""
local = threading.local()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder: str, port: int) -> subprocess.Popen:
    os.makedirs(f"{folder}/files")
    os.makedirs(f"{folder}/temporary")
    for path in (folder, f"{folder}/files", f"{folder}/temporary"):
        os.chmod(path, 0o777)
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as config:
        config.write(("user root; " if os.geteuid() == 0 else "") + CONFIG.format(folder=folder, port=port))
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    return subprocess.Popen([program, "-c", f"{folder}/nginx.conf", "-p", folder, "-e", f"{folder}/error.log"], stderr=subprocess.DEVNULL)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> int:
    connections = local.__dict__.setdefault("connections", {})
    if port not in connections:
        connections[port] = http.client.HTTPConnection("127.0.0.1", port)
        connections[port].connect()
        connections[port].sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connections[port].request(method, path, body)
    response = connections[port].getresponse()
    length = 0
    while piece := response.read(1 << 20):
        length += len(piece)
    if response.status not in (200, 201, 204):
        raise RuntimeError(f"{method} {path}: {response.status}")
    return length


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("nginx did not come up")


def rate(count: int, operate) -> float:
    """How many a second, of count at most; none begins when the time is over."""
    started = time.perf_counter()

    def one(index: int) -> bool:
        if index > 0 and time.perf_counter() - started > SECONDS:
            return False
        operate(index)
        return True

    with concurrent.futures.ThreadPoolExecutor(min(WORKERS, count)) as pool:
        done = sum(pool.map(one, range(count)))
    return done / (time.perf_counter() - started)


def read_large(url: str) -> dict:
    """Files a second and the first byte's time, as curl sees them."""
    answer = subprocess.run(["curl", "-sS", "-o", os.devnull, "-w", "%{time_starttransfer} %{time_total}", url], capture_output=True, text=True, check=True)
    first, total = map(float, answer.stdout.split())
    return {"lookupsPerSecond": 1 / total, "lookupFirstByteP50Micros": 1e6 * first}


def measure(ports: list[int], size: int, count: int) -> dict:
    block = os.urandom(min(size, 1 << 20)) * max(1, size >> 20)

    def insert(index: int) -> None:
        body = block if size >= LARGE_BYTES else index.to_bytes(8, "little") + block[8:]
        # A single file leaves nothing else to do meanwhile: to all at once.
        with concurrent.futures.ThreadPoolExecutor(len(ports)) if count == 1 else contextlib.nullcontext() as pool:
            list((pool.map if pool else map)(lambda port: ask(port, "PUT", f"/{index}", body), ports))

    def lookup(index: int) -> None:
        assert ask(ports[0], "GET", f"/{index % inserted}") == size

    figures = {"insertsPerSecond": rate(count, insert)}
    inserted = sum(os.path.exists(f"{folders[0]}/files/{index}") for index in range(count))
    if size >= LARGE_BYTES and shutil.which("curl"):
        figures |= read_large(f"http://127.0.0.1:{ports[0]}/0")
    else:
        figures["lookupsPerSecond"] = rate(count, lookup)
    return figures | {"insertBytesPerSecond": size * figures["insertsPerSecond"], "lookupBytesPerSecond": size * figures["lookupsPerSecond"]}


def main() -> None:
    size, count = int(sys.argv[1]), int(sys.argv[2])
    folder = tempfile.mkdtemp(prefix="pastry-bench-nginx-")
    os.chmod(folder, 0o777)
    ports = [free_port() for _ in range(3)]
    folders.extend(f"{folder}/{index}" for index in range(3))
    servers = [start(place, port) for place, port in zip(folders, ports)]
    try:
        for port in ports:
            wait_for(port)
        print(json.dumps(measure(ports, size, count)))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


folders: list[str] = []

if __name__ == "__main__":
    main()
