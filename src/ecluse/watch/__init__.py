"""The watch: keeps the events of any log in a lake, and says which accounts behave like thieves.

K1. A file is read whole or not at all: a crash at any instruction leaves nothing half-counted, and reading the same
bytes again adds nothing.
K2. The same row counts once, in whatever forms and copies of its table it comes; real repetitions inside one file stay.
K3. Every derived table is what its definition, written a second time in plain loops, says, whichever engine made it.
K4. So is every finding of every detector.
K5. Two runs over the same lake give the same bytes, on any number of threads.
K6. The lake keeps no name, address, birth date or telephone of anybody: only hashes under a key of its own.
K7. What lies before the first day kept is gone, and no later reading brings it back.
K8. Nothing derived is stale: a new file, another staff list or care fact shows in the next run.
K9. Without any theft, no more cases are expected than the stated bound: account-days / limit of the evidence.
K10. The queue is never longer than the number of cases asked for, and its order is total.
K11. One episode of one actor is one case; accounts that share the work are one actor.
K12. Every number in a reason can be counted again in the events that explain the case.
K13. No patient is called certainly exposed without a row that showed them; where the log cannot count, "at least" is
said.
K14. Merging small files of the lake changes no row that counts; a crash at any write leaves the old files counting or
the merged one, never both.
K15. That a log was stopped or weakened, by whom and whose, is told apart, whatever the queue holds.
"""
