"""Providers and directories outside: what of theirs counts here, and how we prove ourselves to them."""

from collections.abc import Iterator
from pathlib import Path

from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity
from ecluse.core.identity import Provider

SINGLE = frozenset({"pwd", "pin", "kba", "sms", "tel", "email", "password", "aal1", "0", "1"})
"""Values that say one factor, or one that anybody can read or redirect (RFC 8176, NIST SP 800-63B-4)."""
LONGEST_S = 24 * 60 * 60
WEAK = Kind(
    "federation-weak-strength",
    Severity.HIGH,
    "What a provider says of a single factor counts here as two.",
    'In ecluse.toml, [federation.{one}] strengths: remove the line, or write level = "aal1"',
)
SHARED = Kind(
    "federation-shared-secret",
    Severity.MEDIUM,
    "We prove ourselves to a provider with a secret that both know.",
    "In ecluse.toml, [federation.{one}]: private_key_file in place of secret_file",
)
LONG = Kind(
    "federation-long-session",
    Severity.MEDIUM,
    "A session opened with a provider may live longer than a day.",
    "In ecluse.toml, [federation.{one}]: session_s = 43200",
)
ANY_RPPS = Kind(
    "federation-rpps-any-issuer",
    Severity.LOW,
    "People are matched by an RPPS number that the provider says, without a link made beforehand.",
    "ecluse accounts link ACCOUNT --provider {one}; then match_rpps = false in ecluse.toml",
)
READABLE = Kind("secret-file-readable", Severity.CRITICAL, "Files of secrets can be read by others.", "chmod 600 {one}")
KINDS = (WEAK, SHARED, LONG, ANY_RPPS, READABLE)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at each provider, and at each file of a secret."""
    providers = seen.home.settings.federation
    yield from WEAK.each(name for name, one in providers.items() if any(weak(one)))
    yield from SHARED.each(name for name, one in providers.items() if one.secret_file and not one.private_key_file)
    yield from LONG.each(name for name, one in providers.items() if one.session_s > LONGEST_S)
    yield from ANY_RPPS.each(name for name, one in providers.items() if one.match_rpps)
    yield from READABLE.each(str(file) for file in secret_files(seen) if readable(file))


def weak(provider: Provider) -> Iterator[bool]:
    """Tell of each line that counts as two factors whether it is none."""
    return (line.level == "aal2" and line.value.lower() in SINGLE for line in provider.strengths)


def secret_files(seen: Seen) -> list[Path]:
    """Return every file of a secret that the settings name."""
    told = seen.home.settings
    named = [name for one in told.federation.values() for name in (one.private_key_file, one.secret_file)]
    named += [told.directory.password_file if told.directory else "", told.mail.password_file]
    named += [told.audit.private_key, told.alarms.webhook.secret_file if told.alarms.webhook else ""]
    caep = told.alarms.caep
    named += [caep.key_file, caep.token_file] if caep else []
    return [seen.home.path / name for name in named if name]


def readable(file: Path) -> bool:
    """Tell whether anybody but the owner may read."""
    return file.is_file() and bool(file.stat().st_mode & 0o077)


FAMILY = Family("federation", KINDS, find)
