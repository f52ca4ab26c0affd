"""What a program may learn before it has any token."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ecluse.accounts.services.keys import ASSERTED_WITH, PROVED_WITH


def configuration(request: HttpRequest) -> dict[str, Any]:
    """Return ``.well-known/smart-configuration`` (SMART App Launch 2.2, section 3; RFC 8414; RFC 9449)."""
    return {
        "issuer": request.build_absolute_uri("/fhir"),
        "token_endpoint": request.build_absolute_uri(reverse("oauth_token")),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTED_WITH),
        "dpop_signing_alg_values_supported": list(PROVED_WITH),
        "scopes_supported": ["system/*.crus", "scim"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }
