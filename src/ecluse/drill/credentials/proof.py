"""A service's token and one of its proofs, read from the wire."""

import httpx

from ecluse.accounts.services.possession import Possession
from ecluse.core.words import Profession
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.theft import service_of

READ = "/fhir/Patient/{ref}"


def steal(attempt: Attempt) -> None:
    """Replay the request, use its proof for others, show the token with another key, and without any."""
    ref = attempt.refs[0]
    auth = service_of(attempt.ground.home, attempt.ground.url, attempt.owner)
    said = attempt.owners(auth=auth).get(READ.format(ref=ref)).request.headers
    heard = {"Authorization": said["Authorization"], "DPoP": said["DPoP"]}
    attempt.begin()
    thief = attempt.thiefs()
    for path in (READ.format(ref=ref), READ.format(ref=attempt.refs[-1]), "/fhir/Patient?_count=50"):
        thief.get(path, headers=heard)
    thief.ask("POST", "/fhir/Patient/_search", headers=heard)
    token = heard["Authorization"].partition(" ")[2]
    where = str(httpx.URL(attempt.ground.url).join(READ.format(ref=ref)))
    thief.get(READ.format(ref=ref), headers=Possession.fresh().headers("GET", where, token))
    for bare in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"DPoP {token}"}):
        thief.get(READ.format(ref=ref), headers=bare)


CASE = Case(
    "replayed-proof",
    "The token of an interface and one of its proofs, read from the wire.",
    "A proof is for one method, one address, one token, one minute, once (RFC 9449); a token is worth nothing "
    "without its key.",
    steal,
    Profession.INTERFACE_SERVICE,
)
