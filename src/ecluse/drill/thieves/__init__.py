"""Thieves as they show in a log, one small file each, with its story and its knobs: ``catalogue.THEFTS`` lists them.

Written without looking at how the watch detects anything; what each one knows of the hospital is in its story.
"""
