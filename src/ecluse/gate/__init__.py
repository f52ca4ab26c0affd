"""Duties, rules, decision: the one door to a record.

G1. A key comes out of a Pass only, and only an answer "allow" of the safe makes one; no page of the gate shows anybody.
G2. What the policy does not list is refused: unknown profession, action, purpose, compartment.
G3. A duty made by the account that uses it explains nothing; what a resource says keeps the name of who first said it.
G4. No right stands by itself: without a duty there is a reason to give, a glass to break or a second person to bring.
G5. Every patient asked for yields one trace entry, refused ones too, in the same call.
G6. A broken glass opens one patient for two hours, no wider than it was broken; it neither prints nor exports.
G7. The second person is never the first, proves who they are there and then, and each code of theirs is good once.
G8. No free text is in the trace, in a log or, unsealed, in the database.
G9. No duty lasts longer than the work it stands for; what is already over makes no row.
G10. Every broken glass is listed until somebody else has reviewed it, once.
G11. Nobody gives to a colleague, for a week at most, a patient who is not theirs by a duty of their own.
G12. A ticket is good for one account, one session and a quarter of an hour, and never leads out of this site.
G13. A refusal shows nothing of the patient; a planted record is told like any lock.
G14. What is exported is what was approved: the same patients, recipient and purpose, once, by whoever asked.
"""
