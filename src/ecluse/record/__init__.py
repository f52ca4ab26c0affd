"""The patient's record: sealed FHIR resources, search, import, pages and the FHIR R4 API.

R1. Nothing of a patient is readable in the database, its log, a dump or a backup: no name, address, phone, number or
    drug, in no encoding.
R2. A part opens only at its place: another patient, type, number, version or compartment, or one flipped bit, is
    refused; and what a Pass does not grant leaves no trace of itself in what comes out.
R3. An import loses nothing: every resource it read is stored, was there already, or stands in the rejects with its
    reason.
R4. Running an import again changes nothing; cut short anywhere and run again, it gives the same base as one run.
R5. A search never pages: at most 20 patients, no total; whom no duty explains is shown only to a query that already
    knows them.
R6. An update names the version it changes; a stale one is refused and changes nothing.
R7. A resource is stored under its own patient only: one that names another patient is refused.
R8. What a search shows is traced and counted like any reading, identity only.
R9. A search tells nobody that a patient whom they may not be shown exists: no refusal, no count, no hint.
R10. Who opened a record is told to carers who read care, and to those who control; their reading of it is traced too.
R11. A reference that is nobody's, and every entry of the directory, is asked of the safe: guessing is seen and locks,
    and a locked caller reads nothing.
R12. A production site takes no identity with the OIDs of the INS for tests and demonstrations, by whatever door: among
    real patients a made-up one would be taken for somebody.
"""
