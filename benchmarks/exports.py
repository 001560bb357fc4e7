"""The export of 100,000 trades against openpyxl's write-only mode, and what memory it takes for fewer."""

import os
from pathlib import Path

from benchmarks.import_file import workbook_of
from benchmarks.imports import line, medians
from benchmarks.ways import ours
from benchmarks.ways.__main__ import forget_trades, last_trade

ROWS, FEW, ROUNDS = 100_000, 10_000, 3


def bench_export():
    """Goals: at least twice as fast as openpyxl, and the same memory for a tenth of the rows."""
    last = last_trade()
    ours.run(workbook_of(Path(os.environ["VAR_DIR"]), ROWS), ROWS)
    try:
        few = medians(("export_ours",), FEW, 1, expected=FEW)["export_ours"]
        found = medians(("export_ours", "export_openpyxl"), ROWS, ROUNDS, expected=ROWS)
    finally:
        forget_trades(last)
    line("export", FEW, few, None)
    line("export against openpyxl", ROWS, found["export_ours"], found["export_openpyxl"]["seconds"])
    line("openpyxl, write-only", ROWS, found["export_openpyxl"], None)
