"""Services that call the interface: keys instead of secrets, tokens a thief cannot use.

RFC 6749 client credentials with RFC 7523 ``private_key_jwt`` (SMART Backend Services) and RFC 9449 DPoP.

T1. A service proves itself with a key registered here; an assertion is for this address, lives five minutes at most
    and opens once.
T2. An access token lives five minutes and is bound to the key its first proof was made with: without that key it
    opens nothing, and a proof counts for one method, one address, one token, one minute, once.
T3. A token that is bound to no key opens nothing, but in a demonstration whose settings say so loudly.
T4. A scope narrows what the policy gives, never widens it; what it does not name is refused.
T5. A service calls from the networks registered for it, and from no other, with its token too.
T6. Every token is traced before it exists, and every refusal is traced; no token, assertion, proof or key is written
    anywhere.
T7. A service that is locked, revoked or past its last day gets no token, and those it holds open nothing.
T8. The caps of one account can be set below those of its profession, never above.
"""
