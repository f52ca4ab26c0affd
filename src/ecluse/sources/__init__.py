"""Readers of other systems' access logs, one small file each.

They turn every log into the events of ``core.events``.
"""
