"""The watch: keeps the events of any log in a lake, and says which accounts behave like thieves."""
