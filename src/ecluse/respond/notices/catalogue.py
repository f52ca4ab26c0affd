"""Every notice there is, by name."""

from ecluse.core.errors import BadInputError
from ecluse.respond.notices import (
    cert_sante,
    cnil_complementary,
    cnil_initial,
    controller,
    nis2_early,
    nis2_final,
    nis2_notification,
    people,
    register_entry,
)
from ecluse.respond.notices.base import Notice

NOTICES: dict[str, Notice] = {
    module.NOTICE.name: module.NOTICE
    for module in (
        cnil_initial,
        cnil_complementary,
        people,
        register_entry,
        cert_sante,
        nis2_early,
        nis2_notification,
        nis2_final,
        controller,
    )
}


def notice_named(name: str) -> Notice:
    """Return a notice.

    Raises:
        BadInputError: there is none of that name.
    """
    if name not in NOTICES:
        raise BadInputError(f"There is no notice {name!r}.", f"There are: {', '.join(NOTICES)}.")
    return NOTICES[name]
