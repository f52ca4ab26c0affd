"""What the record asks of the safe directly: tokens, new patients, the directory key."""

from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, Purpose, Term
from ecluse.gate.world import safe
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Birth, Create, DirectoryKey, Newcomer, Tokened, Tokens, Who

REFUSED = "refused"


def ask_tokens(who: Who, action: Action, terms: tuple[tuple[Term, str], ...], request_id: str) -> Tokened:
    """Turn terms into tokens; the answer may be a refusal (see its ``decision``)."""
    return safe().call(Tokens(who=who, action=action, terms=terms, request=request_id))


def tokens(who: Who, action: Action, terms: tuple[tuple[Term, str], ...], request_id: str) -> tuple[int, ...]:
    """Turn terms into tokens.

    Raises:
        RefusedError: the safe refused.
    """
    answer = ask_tokens(who, action, terms, request_id)
    if answer.decision is not Decision.ALLOW:
        raise refused(answer.rule)
    return answer.tokens


def create(who: Who, purpose: Purpose, newcomers: tuple[Newcomer, ...], request_id: str) -> tuple[Birth, ...]:
    """Have patients born: fresh salts, their keys and tokens.

    Raises:
        RefusedError: this account may not create patients, or not so many.
        SafeUnavailableError: the safe cannot be reached.
    """
    try:
        return safe().call(Create(who=who, purpose=purpose, newcomers=newcomers, request=request_id)).births
    except SafeUnavailableError as error:
        raise told(error) from error


def directory_key(who: Who, request_id: str) -> bytes:
    """Return the key that seals the directory.

    Raises:
        RefusedError: this account may not have it.
        SafeUnavailableError: the safe cannot be reached.
    """
    try:
        return safe().call(DirectoryKey(who=who, request=request_id)).key
    except SafeUnavailableError as error:
        raise told(error) from error


def told(error: SafeUnavailableError) -> RefusedError | SafeUnavailableError:
    """Return what a fault of the safe means: a refusal, or that it cannot be had."""
    return refused(str(error.message).rpartition(" ")[2].rstrip(".")) if error.code == REFUSED else error


def refused(rule: str) -> RefusedError:
    """Return the error that tells a refusal of the safe."""
    return RefusedError(f"The safe refused ({rule}).", "Ask the security officer or the DPO.")
