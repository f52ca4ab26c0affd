"""What a thief can do, one small file a kind. A move takes a thief and uses it until it is refused for good."""
