"""Taking secrets and search words out of text before anything of it is kept.

The name of what was hidden stays (``password=…``), so that a person sees that it was there.
"""

import re

HIDDEN = "…"
SECRETS = r"""
    \w*(?:password|passwd|passphrase|pwd|secret|token|jwt|api[_-]?key|signature|ticket|cookie|assertion)\w*
    |pass|login|mot[_-]?de[_-]?passe|mdp|pin|otp|totp|auth|authorization|code|hash|sig|sid|jsessionid|phpsessid
    |session[_-]?id|cle|key|x-amz-\w+|samlresponse|refresh|nonce|state"""
PEOPLE = r"""
    q|query|search|recherche|term|text|needle|nom|nom_\w+|prenom\w*|first_?name|last_?name|birth\w*|naissance
    |name|family|given|phone|telecom|tel|email|mail|address[\w.-]{0,12}|adresse|ville|cp|nir|ssn|insee|matricule|ins"""
PAIR = re.compile(rf"(?ix)(?:(?<![\w%-])|(?<=%[0-9a-f]{{2}}))({SECRETS}|{PEOPLE})(=|%3D)([^&;\s\"'<>]*)")
QUOTED = re.compile(rf"(?ix)([\"'](?:{SECRETS})[\"']\s*[:=]\s*)([\"'])(?:\\.|(?!\2).)*\2?")
HEADER = re.compile(r"(?i)\b(authorization|proxy-authorization|cookie|set-cookie|x-api-key)(\s*:\s*)[^\r\n\"]*")
SCHEME = re.compile(r"(?i)\b(basic|bearer|negotiate|digest)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{6,}")
USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,12}://)[^/\s@\"'?#]+@")
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}")
HINT = re.compile(r"(?i)[=:]|%3D|eyJ|basic|bearer|negotiate|digest")


def redact(text: str) -> str:
    """Return ``text`` without the values of passwords, tokens, sessions and search words.

    Over-hides rather than under-hides: ``code=`` may be harmless, and is hidden.
    """
    if not HINT.search(text):
        return text
    text = HEADER.sub(rf"\1\2{HIDDEN}", text)
    text = USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = QUOTED.sub(rf"\1\2{HIDDEN}\2", text)
    text = SCHEME.sub(rf"\1\2{HIDDEN}", text)
    text = PAIR.sub(rf"\1\2{HIDDEN}", text)
    return JWT.sub(HIDDEN, text)
