"""``ecluse bench``: speed against a limit measured in the same run. One module a measure."""

import typer

from ecluse.cli.bench_import import import_
from ecluse.cli.bench_ingest import ingest
from ecluse.cli.bench_letters import letters
from ecluse.cli.bench_read import read
from ecluse.cli.bench_scan import scan

app = typer.Typer(pretty_exceptions_enable=False, no_args_is_help=True)
app.command("import")(import_)
app.command("ingest")(ingest)
app.command("letters")(letters)
app.command("read")(read)
app.command("scan")(scan)


@app.callback()
def bench() -> None:
    """Measure speed. Example: ecluse bench import --patients 100000 --json."""
