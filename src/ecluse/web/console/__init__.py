"""The console: where the officers see what is stolen, stop it, count it and tell it. Everything comes from `respond`.

V1. Each page opens to the professions of the door table alone.
V2. No page of the console names a patient: pseudonyms, counts and categories of data are all it shows.
V3. Reading a case, an exposure, a notice, or the entries of the trace is itself traced, before anything is shown.
V4. Nobody reads, contains or concludes a case about themselves.
V5. A page that renews itself keeps no session alive: only what a person does counts as presence.
V6. What is done here (lock, verdict, notice) is decided by the safe and by `respond`; a refusal is told, never hidden.
V7. Concluding a case, and releasing names to a patient, asks for a proof of identity minutes old at most.
V8. Nobody here asks the trace about more than fifty patients an hour; the ask that goes too far is refused and traced.
V9. The head of a unit sees counts of the units they work in: no person, no patient, nothing of fewer than five people.
V10. The auditor and the administrator change nothing here and read no case, no breach; the auditor reads no name.
V11. Each page works without a script, and what a picture shows is told in figures too.
"""
