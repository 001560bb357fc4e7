"""Ways of importing a workbook, each with `run(path, rows)`: seconds, rows written, more to report."""
