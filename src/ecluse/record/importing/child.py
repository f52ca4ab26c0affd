"""Entry of the worker process: Django first, then :mod:`ecluse.record.importing.worker`.

The job comes on standard input.
"""

import gc
import importlib
import os
import sys

import django


def start(descriptor: int) -> int:
    """Set Django up and work; batches go out through ``descriptor``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
    django.setup()
    worker = importlib.import_module("ecluse.record.importing.worker")
    gc.freeze()  # what is loaded stays: only what documents leave behind is ever looked through
    gc.set_threshold(50_000, 20, 100)
    with os.fdopen(descriptor, "wb", buffering=1 << 20) as out:
        return int(worker.main(sys.stdin.buffer, out))


if __name__ == "__main__":
    sys.exit(start(int(sys.argv[1])))
