"""Measures every row of the comparison, each alternately with its peers, and writes a table, bench/results/DATE-NAME.json and a page beside it."""
import datetime
import json
import os
import signal
import sys
import time

import measuring
import programs
import report
from table import GROUPS, SAME


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    wanted = SAME.get(wanted, wanted)
    if wanted != "all" and wanted not in GROUPS:
        sys.exit(f"bench/run.sh {'|'.join([*GROUPS, *SAME])}|all, not {wanted}")
    # Whoever ends it ends what it runs at the moment, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    results: list[dict] = []
    document: dict = {}
    for group, measurements in GROUPS.items() if wanted == "all" else [(wanted, GROUPS[wanted])]:
        for measurement in measurements:
            results += measuring.rows_of(group, measurement)
            # As they come: what was measured is not lost with what was not.
            document = document_of(results, time.monotonic() - started)
            write(document, wanted)
    print(report.table(document))


def document_of(results: list[dict], seconds: float) -> dict:
    return {
        "date": datetime.date.today().isoformat(),
        "runs": measuring.RUNS,
        "processors": os.cpu_count(),
        "sha256MBps": results[-1]["sha256MBps"],
        "minutes": round(seconds / 60, 1),
        "rows": results,
    }


def write(document: dict, name: str) -> None:
    folder = programs.ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    (folder / f"{document['date']}-{name}.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / f"{document['date']}-{name}.html").write_text(report.page(document))


if __name__ == "__main__":
    main()
