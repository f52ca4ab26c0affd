"""What a replay saw, as ``ecluse respond replay --json`` prints it."""

import msgspec

CASE_WITHIN_S = 60
REFUSED_WITHIN_S = 1.0


class Exact(msgspec.Struct, frozen=True):
    """The list of ``ecluse exposure`` against the bytes the thief received, in pairs of patient and compartment.

    ``unsaid``: received and not on the list; ``unseen``: on the list and not received; ``lines``: proven one by one.
    """

    patients: int
    pairs: int
    unsaid: int
    unseen: int
    lines: int
    verified: bool

    @property
    def holds(self) -> bool:
        """Tell whether the list is exactly what was received, and the whole trace verifies."""
        return self.verified and not self.unsaid and not self.unseen and self.patients > 0


class NoticeMade(msgspec.Struct, frozen=True):
    """One notice.

    ``asked_of_a_person``: what the law asks for and no trace can say, empty until somebody wrote it; ``still_empty``:
    what a person may still add. ``people`` is the figure it carries. Files stand in the folder of the replay.
    """

    kind: str
    title: str
    complete: bool
    asked_of_a_person: tuple[str, ...]
    still_empty: tuple[str, ...]
    people: int
    deadline: str
    late: bool
    file: str
    sha256: str
    json_file: str
    json_sha256: str


class Posted(msgspec.Struct, frozen=True):
    """The letters: how many, in how many PDFs, and the people who are told by a person instead, by reason."""

    letters: int
    files: int
    apart: dict[str, int]


class Replay(msgspec.Struct):
    """What was seen. ``answered_after_lock``: patients' pages the thief got after the lock was acknowledged.

    ``care_refused``: what people at work were refused meanwhile. ``refused_while_empty``: a notice with a needed field
    empty could not be finished. ``folder``: where the files were kept, if they were.
    """

    alarm_to_case_s: float
    lock_to_refusal_s: float
    exposure_exact: bool
    notices: list[NoticeMade]
    steps: dict[str, float]
    case: str
    database: str
    exposed: int
    exposure: Exact
    answered_after_lock: int
    care_refused: int
    care_opened: int
    refused_while_empty: bool
    figures_agree: bool
    letters: Posted
    folder: str

    @property
    def holds(self) -> bool:
        """Tell whether all that is promised was seen."""
        told = self.exposure_exact and self.refused_while_empty and self.figures_agree
        in_time = self.alarm_to_case_s <= CASE_WITHIN_S and self.lock_to_refusal_s <= REFUSED_WITHIN_S
        stopped = in_time and not self.answered_after_lock and not self.care_refused
        return told and stopped and bool(self.notices) and all(one.complete for one in self.notices)
