"""Three nginx on loopback that take PUT: nginx.py insert|lookup BYTES COUNT. Inserting puts the same object to all three; nothing is flushed or verified."""
import concurrent.futures
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


def main() -> None:
    work, size, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    folder = tempfile.mkdtemp(prefix="nginx-")
    os.chmod(folder, 0o755)
    ports = [free_port() for _ in range(3)]
    servers = [start(f"{folder}/{index}", port) for index, port in enumerate(ports)]
    try:
        for port in ports:
            wait_for(port)
        block = os.urandom(size)

        def insert(index: int) -> None:
            body = index.to_bytes(8, "little") + block[8:]
            for port in ports:
                ask(port, "PUT", f"/{index}", body)

        with concurrent.futures.ThreadPoolExecutor(min(WORKERS, count)) as pool:
            started = time.perf_counter()
            list(pool.map(insert, range(count)))
            seconds = time.perf_counter() - started
            if work == "lookup":
                started = time.perf_counter()
                lengths = list(pool.map(lambda index: ask(ports[0], "GET", f"/{index}"), range(count)))
                seconds = time.perf_counter() - started
                assert all(length == size for length in lengths)
        rate = count / seconds
        print(json.dumps({"lookupsPerSecond" if work == "lookup" else "insertsPerSecond": rate, "bytesPerSecond": rate * size}))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
