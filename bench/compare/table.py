"""The rows: what is measured beside what, and what is to be reached. docs/performance.md explains each."""
from measuring import Measurement, Row, Target
from programs import DISK, MEMORY, Act, broker, hyperdht, nginx, pastry, simulation

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
CLEAR = ("--set", "pastry.tcp.tls=false")
# Files that are read are many times more than this, so that they come from their holders and not from the reader's own memory.
SMALL_CACHE = ("--set", "pastry.past.cache-size=64KiB")
ELSEWHERE = "FreePastry 2.1 cannot be installed here: measured once on another machine of two cores"
FREEPASTRY = "FreePastry, quoted"


def brokers(count: int, size: int, rate: int = 0, slow: int = 1) -> dict[str, Act]:
    """Mosquitto gets a part of the messages where it would take minutes for all."""
    return {
        "nats": broker("nats", "nats-server", count, size, rate),
        "redis": broker("redis", "redis-server", count, size, rate),
        "mosquitto": broker("mosquitto", "mosquitto", count // slow, size, rate),
    }


def freepastry(value: float) -> dict[str, tuple[float, str]]:
    return {FREEPASTRY: (value, ELSEWHERE + ", 16 nodes in one process, 32 at once, 3 copies in memory")}


def files(size: int, *arguments: object, environment: dict[str, str] = DISK) -> Act:
    return pastry("files", "--size", size, *arguments, environment=environment)


INSERT_LOOKUP = [
    Measurement(
        {"pastry": files(KIB, *SMALL_CACHE, "--warm-up", 6, "--seconds", 4)},
        [
            Row("insert 1 KiB", "insertsPerSecond", [Target(4, "copyWithFlush"), Target(1, FREEPASTRY)], quoted=freepastry(3178)),
            Row("lookup 1 KiB, more files than a cache holds", "lookupsPerSecond", [Target(2, "nginx"), Target(2, FREEPASTRY)], quoted=freepastry(7538)),
            Row("lookup 1 KiB, from the reader's own cache", "ownCacheLookupsPerSecond"),
        ],
        {"nginx": nginx(KIB, 2000)}),
    Measurement(
        {"pastry": files(MIB, "--warm-up", 2, "--seconds", 4, environment=MEMORY)},
        [
            Row("insert 1 MiB, in memory", "insertBytesPerSecond", [Target(1, "nginx")]),
            Row("lookup 1 MiB, in memory", "lookupBytesPerSecond"),
        ],
        {"nginx": nginx(MIB, 100, MEMORY)}),
    Measurement(
        {
            "pastry": files(GIB, "--outstanding", 1, "--warm-up", 3, "--seconds", 1, environment=MEMORY),
            "pastry, clear": files(GIB, "--outstanding", 1, "--warm-up", 3, "--seconds", 1, *CLEAR, environment=MEMORY),
        },
        [
            Row("insert one file of 1 GiB, in memory", "insertBytesPerSecond", [Target(1, "nginx")]),
            Row("insert one file of 1 GiB, in memory, without TLS", "insertBytesPerSecond", [Target(2, "nginx")], of="pastry, clear"),
            Row("read one file of 1 GiB, in memory", "lookupBytesPerSecond", [Target(0.3, "nginx")]),
            Row("read one file of 1 GiB: first byte, us", "lookupFirstByteP50Micros", [Target(5000)], less=True),
        ],
        {"nginx": nginx(GIB, 1, MEMORY)}),
]

DHT = [
    Measurement(
        {
            "pastry": files(100, *SMALL_CACHE, "--outstanding", 16, "--warm-up", 6, "--seconds", 4),
            "pastry, idle": pastry("idle", "-n", 8, "--warm-up", 5, "--seconds", 2),
        },
        [
            Row("put 100 B, 16 at once", "insertsPerSecond", [Target(4, "hyperdht")]),
            Row("put 100 B, 16 at once: p99, us", "insertP99Micros", [Target(20_000)], less=True),
            Row("get 100 B, 16 at once, more files than a cache holds", "lookupsPerSecond", [Target(4, "hyperdht")]),
            Row("get 100 B, 16 at once: p99, us", "lookupP99Micros", [Target(20_000)], less=True),
            Row("idle process: resident bytes", "workingSetBytes", [Target(60e6)], of="pastry, idle", less=True),
            Row("idle process: bytes shared with none", "privateBytes", [Target(60e6)], of="pastry, idle", less=True),
            Row("idle process: share of a core", "processorShare", of="pastry, idle", less=True),
        ],
        {"hyperdht": hyperdht}),
]

MULTICAST = [
    Measurement(
        {
            "pastry": pastry("multicast", "--level", "best-effort", "--warm-up", 3, "--seconds", 4),
            "pastry, ordered": pastry("multicast", "--warm-up", 3, "--seconds", 4),
        },
        [
            Row("multicast 100 B, best effort", "deliveriesPerSecond", [Target(1, "nats")]),
            Row("multicast 100 B, ordered", "deliveriesPerSecond", [Target(0.5, "nats")], of="pastry, ordered"),
            Row("multicast 100 B, best effort: lost", "lost", [Target(0)], less=True, of_rounds=max),
            Row("multicast 100 B, ordered: lost", "lost", [Target(0)], of="pastry, ordered", less=True, of_rounds=max),
        ],
        brokers(200_000, 100, slow=10)),
    Measurement(
        {"pastry": pastry("multicast", "--rate", 1000, "--outstanding", 256, "--warm-up", 3, "--seconds", 4)},
        [
            Row("multicast 1,000 a second: p50, us", "p50Micros", [Target(500)], less=True),
            Row("multicast 1,000 a second: p99, us", "p99Micros", [Target(1, "nats")], less=True),
        ],
        brokers(2_500, 100, 1000)),
    Measurement(
        {"pastry": pastry("multicast", "--level", "best-effort", "--size", 64 * KIB, "--warm-up", 2, "--seconds", 4)},
        [Row("multicast 64 KiB", "bytesPerSecond", [Target(1, "nats")])],
        brokers(2_000, 64 * KIB)),
    Measurement(
        {"pastry": pastry("multicast", "--stall", 8, "--retain", "forever", "--size", 64 * KIB, "--rate", 150, "--outstanding", 64, "--warm-up", 2, environment=MEMORY)},
        [
            Row("4 of 16 subscribers stall for 8 s: lost", "lost", [Target(0)], less=True, of_rounds=max),
            Row("4 of 16 subscribers stall for 8 s: rate the others keep", "keptShare", [Target(0.9)]),
        ],
        # One that keeps what who stalls misses until it is too much, and one that drops it: a third would tell nothing more, for 20 s a round.
        {"nats": broker("nats", "nats-server", 1_500, 64 * KIB, 150, 8), "redis": broker("redis", "redis-server", 1_500, 64 * KIB, 150, 8)}),
]

TRANSPORT = [
    Measurement(
        {"pastry": pastry("transport", "--seconds", 1), "pastry, clear": pastry("transport", "--seconds", 1, *CLEAR)},
        [
            Row("transport 100 B one way, TLS", "messagesPerSecond", [Target(4e6)]),
            Row("transport 100 B one way, without TLS", "messagesPerSecond", [Target(4e6)], of="pastry, clear"),
            Row("transport round trip, TLS: p50, us", "p50Micros", [Target(40)], less=True),
            Row("transport round trip, TLS: p99, us", "p99Micros", [Target(90)], less=True),
            Row("transport 64 KiB, TLS", "bytesPerSecond", [Target(0.85, "sslStream")]),
            Row("transport 64 KiB, without TLS", "bytesPerSecond", [Target(0.8, "socket")], of="pastry, clear"),
        ]),
    Measurement({"pastry": pastry("mailbox", "--seconds", 1)}, [Row("mailbox, one way", "messagesPerSecond", [Target(25e6)])]),
]

SIMULATOR = [
    Measurement(
        {"pastry": simulation(1000)},
        [
            Row("simulated ring of 1,000: CPU seconds", "processorSeconds", [Target(1 / 50, FREEPASTRY)], less=True, quoted={FREEPASTRY: (16.5, ELSEWHERE)}),
            Row("simulated ring of 1,000: bytes a node", "memoryPerNodeBytes", [Target(1 / 4, FREEPASTRY)], less=True, quoted={FREEPASTRY: (26 * KIB, ELSEWHERE)}),
        ]),
]

STORE = [Measurement({"pastry": pastry("store", "--seconds", 2)}, [Row("store 1 KiB, one volume store", "writesPerSecond", [Target(1, "appendWithFlush")])])]


def growing(names: list[str], figures: dict[str, str]) -> list[Row]:
    """A row for each size: none may be less than half of the smallest's, which would be a cliff."""
    return [Row(f"{what}, {name}", figure, [] if name == names[0] else [Target(0.5, names[0])], of=name) for what, figure in figures.items() for name in names]


# Code is compiled in each process: the more there are, the longer it takes on the same processors.
PROCESSES = {f"{count} processes": pastry("ring", "-n", count, *SMALL_CACHE, "--warm-up", count // 4, "--seconds", 2) for count in (8, 16, 32)}
OBJECTS = {f"{count:,} objects stored": pastry("store", "--stored", count, "--seconds", 1) for count in (1_000, 100_000, 1_000_000)}
GROWTH = [
    Measurement(PROCESSES, growing(list(PROCESSES), {"insert 1 KiB": "insertsPerSecond", "lookup 1 KiB": "lookupsPerSecond", "multicast 100 B": "deliveriesPerSecond"})),
    Measurement(OBJECTS, growing(list(OBJECTS), {"store, write 1 KiB": "writesPerSecond", "store, read 1 KiB": "readsPerSecond"})),
]

GROUPS = {
    "insert": INSERT_LOOKUP,
    "dht": DHT,
    "multicast": MULTICAST,
    "transport": TRANSPORT,
    "simulator": SIMULATOR,
    "store": STORE,
    "growth": GROWTH,
}
# One run measures both.
SAME = {"lookup": "insert"}
