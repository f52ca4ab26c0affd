"""Readers of other systems' access logs, one small file each: every log becomes the events of ``core.events``.

L1. Every line of a log ends as an event, as a line skipped on purpose and counted, or in the rejects with its place
    and reason: none is dropped in silence.
L2. One bad line never stops the others; a log that is mostly unreadable, or breaks off, is an error that names it, and
    nothing of it is kept.
L3. Passwords, tokens, sessions and search words are taken out before anything is kept, in the rejects too.
L4. What a file is, is told by its content, whatever its name or packing; reading is a stream, of constant memory.
L5. The same row in several forms (dump, table, screen) counts once, and reading the same file again adds nothing.
L6. Text inside a value of a dump never passes for a row or a statement.
L7. The columns of a table are found by name, in any order, with others beside them.
L8. A row that does not fit its checksum is named, and a checksum whose row is gone; a row that fits is told as intact,
    the log never.
L9. What a log cannot count is told as "at least", its rounding as grain; patients an export named only by their place
    in a list are named when the list is at hand.
L11. An access that failed or was refused names its patient and shows nothing (``shown`` is 0): an attempt, never an
    exposure.
L12. XML that declares a document type is refused before anything of it is resolved; no address in a message is opened;
    depth and length are bounded.
L13. What the listener received is on disk soon after, and survives its end; what is no audit message is kept as a
    reject; no sender makes its memory grow.
L14. Care that was cancelled, refused or missed explains nothing.
"""
