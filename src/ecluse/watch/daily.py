"""What depends on one day at a time, worked out for several days at once: each thread has a DuckDB of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from ecluse.watch import views
from ecluse.watch.chunks import Chunk
from ecluse.watch.days import counted_of
from ecluse.watch.places import seen_of
from ecluse.watch.schema import ACCESSES, VISITS
from ecluse.watch.store import Store
from ecluse.watch.touches import visits_of

DAILY = ("visits", "seen", "counted")
MEMORY = "1GB"
Where = Callable[[Chunk, str], Path]


class Worker:
    """One DuckDB on one thread, whose statements are made once: only the files they read change."""

    def __init__(self, known: pa.Table, spill: Path) -> None:
        self.store = Store(1, MEMORY, spill)
        accesses = views.renamed(self.store, _named("accesses", ACCESSES), known, "account")
        visits = _named("visits", VISITS)
        made = {"visits": visits_of(accesses), "seen": seen_of(accesses), "counted": counted_of(visits)}
        self._queries = {kind: self.store.query(table) for kind, table in made.items()}

    def derive(self, chunk: Chunk, where: Where) -> None:
        """Work out the tables of ``chunk``."""
        self.store.view("accesses", chunk.files)
        for kind in DAILY:
            self.store.write(self._queries[kind], where(chunk, kind))
            if kind == "visits":
                self.store.view("visits", [where(chunk, "visits")])


def derive(chunks: Sequence[Chunk], known: pa.Table, where: Where, spill: Path, threads: int) -> None:
    """Work out the tables of every chunk that lacks one."""
    todo = [chunk for chunk in chunks if not all(where(chunk, kind).exists() for kind in DAILY)]
    hands = min(threads, len(todo))
    free: SimpleQueue[Worker] = SimpleQueue()
    workers = [Worker(known, spill / str(number)) for number in range(hands)]
    for worker in workers:
        free.put(worker)

    def work(chunk: Chunk) -> None:
        worker = free.get()
        try:
            worker.derive(chunk, where)
        finally:
            free.put(worker)

    try:
        with ThreadPoolExecutor(max(hands, 1)) as pool:
            list(pool.map(work, todo))
    finally:
        for worker in workers:
            worker.store.close()


def _named(name: str, schema: pa.Schema) -> Table:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
