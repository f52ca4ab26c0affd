"""Database changes of this part, in order."""
