"""Settings that are written elsewhere than they were: refused, with what to write instead."""

from pathlib import Path
from typing import Any

from ecluse.core.errors import BadInputError

MAIL = {name: name for name in ("sender", "port", "security", "user", "password_file", "people")} | {"host": "server"}
"""What was said in ``[alarms.email]``, and how ``[mail]`` says it."""


def refuse(written: dict[str, Any], file: Path) -> None:
    """Look for what has moved in the tables of ``file``.

    Raises:
        BadInputError: something has; all that has is named at once.
    """
    alarms = written.get("alarms")
    email = alarms.get("email") if isinstance(alarms, dict) else None
    if not isinstance(email, dict) or not (moved := sorted(MAIL.keys() & email)):
        return
    instead = ", ".join(f"{MAIL[name]} = {shown(email[name])}" for name in moved)
    message = f"{file}: [alarms.email] no longer says {', '.join(moved)}: the one place for that is [mail]."
    raise BadInputError(message, f'Write [mail] how = "smtp", {instead}; [alarms.email] keeps only `to`.')


def shown(value: object) -> str:
    """Write a value as TOML does."""
    return f'"{value}"' if isinstance(value, str) else str(value)
