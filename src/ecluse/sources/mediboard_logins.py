"""Mediboard's logins (``user_authentication``: successful ones only) and links that open a session without password."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from ecluse.core.events import AccountAct, AccountEvent, Event
from ecluse.sources.fields import address, masked, number, when
from ecluse.sources.mediboard_state import State, source
from ecluse.sources.tables import Part


def logins(part: Part, state: State) -> Iterator[Event]:
    """Yield one login a row. Rows filled in later from an older log (no session, no address) are skipped."""
    world, name = state.world, source(part)
    counter = state.counter(name)
    for row, user, date, session, claimed, method, agent, width, height, ended in part.rows(
        "user_authentication_id",
        "user_id",
        "datetime_login|date_login|date",
        "session_id",
        "id_address|ip_address|address",
        "auth_method|method",
        "user_agent_id",
        "screen_width",
        "screen_height",
        "datetime_logout",
    ):
        at = when(date)
        if at is None or not user:
            part.reject(f"row {row} has no user or no time")
            continue
        if not session and not claimed:
            part.skip("login copied from an older log: neither session nor address")
            continue
        counter.saw(number(row), at)
        screen = f" {width}x{height}" if width and height else ""
        device = (world.agents.get(agent or "", f"user agent {agent}" if agent else "") + screen).strip()
        account = world.account(user)
        common = {"session": masked(session), "device": device, "address": address(claimed), "source": name}
        yield AccountEvent(at, account, AccountAct.LOGIN, detail=method or "", row=number(row), **common)
        if (left := when(ended)) is not None:
            common["source"] = f"{name}/logout"
            yield AccountEvent(left, account, AccountAct.LOGOUT, row=number(row), **common)


def tokens(part: Part, state: State) -> Iterator[Event]:
    """Yield one factor a row: such a link outlives a change of the password. Only its first use is ever kept."""
    for row, user, date, hours, params, restricted in part.rows(
        "view_access_token_id", "user_id", "datetime_start", "ttl_hours", "params", "restricted"
    ):
        at = when(date)
        if at is None or not user:
            part.reject(f"row {row} has no user or no time")
            continue
        asked = parse_qs(params or "")
        screen = "/".join(asked.get(name, [""])[0] for name in ("m", "a") if asked.get(name))
        bound = "" if restricted == "1" else ", not bound to one screen"
        detail = f"link without password for {hours or '?'} h to {screen or 'any screen'}{bound}"
        account = state.world.account(user)
        yield AccountEvent(at, account, AccountAct.FACTOR, detail=detail, source=source(part), row=number(row))
