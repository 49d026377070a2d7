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
    results = []
    for group, measurements in GROUPS.items() if wanted == "all" else [(wanted, GROUPS[wanted])]:
        for measurement in measurements:
            results += measuring.rows_of(group, measurement)

    document = {
        "date": datetime.date.today().isoformat(),
        "runs": measuring.RUNS,
        "processors": os.cpu_count(),
        "sha256MBps": programs.calibration(),
        "minutes": round((time.monotonic() - started) / 60, 1),
        "rows": results,
    }
    folder = programs.ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    (folder / f"{document['date']}-{wanted}.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / f"{document['date']}-{wanted}.html").write_text(report.page(document))
    print(report.table(document))


if __name__ == "__main__":
    main()
