"""The patient's record: sealed FHIR resources, search, import, pages and the FHIR R4 API.

R1. Nothing of a patient is readable in the database, its log, a dump or a backup: no name, address, phone, number or
drug, in no
    encoding.
R2. A part opens only at its place: another patient, type, number, version or compartment, or one flipped bit, is
refused; and what a
    Pass does not grant leaves no trace of itself in what comes out.
R3. An import loses nothing: every resource it read is stored, was there already, or stands in the rejects with its
reason.
R4. Running an import again changes nothing; cut short anywhere and run again, it gives the same base as one run.
R5. A search never pages: at most 20 patients, no total; whom no duty explains is shown only to a query that already
knows them.
R6. An update names the version it changes; a stale one is refused and changes nothing.
R7. A resource is stored under its own patient only: one that names another patient is refused.
R8. What a search shows is traced and counted like any reading, identity only.
"""
