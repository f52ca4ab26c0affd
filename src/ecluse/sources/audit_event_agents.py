"""Who did it, and from where, among the agents of an AuditEvent.

The person is the requestor that is no machine; else an agent whose role is a person's; else the machine that asked
(a batch or another system), by its own name. The client's address stands in for a person who has none.
"""

from hashlib import blake2b

import msgspec

from ecluse.sources.audit_event_shape import Agent, codes, named
from ecluse.sources.clean import address

APPLICATION, DESTINATION, SOURCE = "110150", "110152", "110153"
MACHINES = frozenset(
    {APPLICATION, DESTINATION, SOURCE, "110154", "110155", "authserver", "homeCommunityId", "dataprocessor"}
)
OTHERS = frozenset({"PROV", "custodian", "CST", "AUT", "AUTHEN", "CUST", *MACHINES})
URI = "5"
HEXADECIMAL = frozenset("0123456789abcdef:.")


class Actor(msgspec.Struct, frozen=True, gc=False):
    """The account, and where it came from."""

    account: str = ""
    address: str = ""
    device: str = ""
    session: str = ""
    purposes: tuple[str, ...] = ()


def actor(agents: tuple[Agent, ...], *, reads: bool) -> Actor:
    """Return who acted. ``reads``: data went to the client (so the client is the destination, not the source)."""
    machines, people, others = _sorted(agents)
    client = _client(machines, DESTINATION if reads else SOURCE)
    askers = [one for one in people if one.requestor] + [one for one in people if not one.requestor]
    user = next((one for one in (*askers, client, *others, *machines) if one is not None and name(one)), None)
    if user is None:
        return Actor()
    at = _network(user) or (_network(client) if client is not None else "")
    device = _device(client if client is not None and client is not user else user, user)
    if not at and _is_address(address(device)):
        at = address(device)  # HAPI names a client by its address
    return Actor(
        account=name(user),
        address=at if _is_address(at) else "",
        device="" if _is_address(at) and address(device) == at else device,
        session=_session(user, askers),
        purposes=tuple(code for purpose in (*user.purpose, *user.authorization) for code in codes(purpose)),
    )


def _sorted(agents: tuple[Agent, ...]) -> tuple[list[Agent], list[Agent], list[Agent]]:
    machines, people, others = [], [], []
    for agent in agents:
        kinds = codes(agent.type)
        if not MACHINES.isdisjoint(kinds) or (not kinds and _roles(agent, MACHINES)):
            machines.append(agent)
        elif not agent.requestor and not OTHERS.isdisjoint(kinds):
            others.append(agent)
        else:
            people.append(agent)
    return machines, people, others


def _roles(agent: Agent, wanted: frozenset[str]) -> bool:
    return any(not wanted.isdisjoint(codes(role)) for role in agent.role)


def _client(machines: list[Agent], role: str) -> Agent | None:
    """Return the machine that asked: no server (an address that is a URI), the requestor or the fitting role first."""
    asking = [one for one in machines if not (one.network is not None and one.network.type == URI)] or machines
    for fits in (
        lambda one: one.requestor,
        lambda one: APPLICATION in codes(one.type),
        lambda one: role in codes(one.type),
    ):
        if found := next((one for one in asking if fits(one)), None):
            return found
    return next(iter(asking), None)


def name(agent: Agent) -> str:
    """Return the account of an agent."""
    user_id = agent.user_id.value if agent.user_id is not None else ""
    return (named(agent.who) or user_id or named(agent.reference) or agent.alt_id or agent.name).strip()


def _session(user: Agent, askers: list[Agent]) -> str:
    policy = user.policy or next((one.policy for one in askers if one.policy), ())
    return token(policy[0]) if policy else ""


def token(text: str) -> str:
    """Return what stands for the token ``text`` a session goes by: the same for the same, and of no use to a thief."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _network(agent: Agent) -> str:
    if agent.network is not None and agent.network.type != URI:
        return address(agent.network.address)
    return address(agent.network_text)


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit() or (text.count(":") > 1 and HEXADECIMAL.issuperset(text))


def _device(machine: Agent, user: Agent) -> str:
    at = _network(machine)
    if at and not _is_address(at):
        return at
    return name(machine) if machine is not user else ""
