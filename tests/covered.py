"""How many lines and branches the last `make coverage` reached; status 1 below MIN_LINES or MIN_BRANCHES."""

import json
import sys
import tempfile
from pathlib import Path

import coverage

MIN_LINES, MIN_BRANCHES = 95, 90  # per cent


def main() -> int:
    data = coverage.Coverage()
    data.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        data.json_report(outfile=str(report))
        totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"lines    {lines:.1f} % of {totals['num_statements']:,}, expected {MIN_LINES}")
    print(f"branches {branches:.1f} % of {totals['num_branches']:,}, expected {MIN_BRANCHES}")
    return 1 if lines < MIN_LINES or branches < MIN_BRANCHES else 0


if __name__ == "__main__":
    sys.exit(main())
