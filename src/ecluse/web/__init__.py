"""Doors for people: settings, URL table, pages shared by all."""
