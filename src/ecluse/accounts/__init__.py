"""People, professions, credentials, sessions, approvals: who is there, and how surely."""
