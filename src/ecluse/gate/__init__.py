"""Duties, rules, decision: the one door to a record."""
