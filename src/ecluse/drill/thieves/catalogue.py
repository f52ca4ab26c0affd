"""The closed list of thefts that show in a log.

Number 9 of the drill's list, a stolen dump or backup, leaves no line in any access log: there is nothing to detect
here, and the sealed record answers it instead.
"""

from ecluse.drill.thieves import (
    break_glass,
    clerk,
    collusion,
    export,
    fast_grab,
    flooding,
    forged_duties,
    guessed,
    low_and_slow,
    off_hours,
    other_hands,
    scraping,
    service_token,
    sleeper,
    snooping,
    tampering,
)
from ecluse.drill.thieves.base import Theft

THEFTS: tuple[Theft, ...] = (
    fast_grab.THEFT,
    low_and_slow.THEFT,
    off_hours.THEFT,
    clerk.THEFT,
    collusion.THEFT,
    service_token.THEFT,
    export.THEFT,
    scraping.THEFT,
    tampering.THEFT,
    forged_duties.THEFT,
    break_glass.THEFT,
    snooping.THEFT,
    other_hands.THEFT,
    sleeper.THEFT,
    flooding.THEFT,
    guessed.THEFT,
)
BY_NAME = {theft.story.name: theft for theft in THEFTS}
