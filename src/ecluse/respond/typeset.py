"""PDF from a template of ``respond/typst``: archived and accessible (PDF/A-2a, PDF/UA-1), the same bytes each time.

A template reads its values with ``json(bytes(sys.inputs.data))``. No font and no file of the machine is used.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

TEMPLATES = Path(__file__).with_name("typst")
STANDARDS: list[Any] = ["a-2a", "ua-1"]


def pdf(template: str, values: Mapping[str, Any], at: datetime) -> bytes:
    """Return the PDF of ``template`` (``NAME.typ``) with ``values``; ``at`` is the date it carries."""
    made = typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        sys_inputs={"data": msgspec.json.encode(values).decode()},
        ignore_system_fonts=True,
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is bytes")
    return made
