"""The trusted base: keys, trace, caps and locks, in a process of its own. No trace, no key."""
