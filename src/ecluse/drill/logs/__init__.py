"""The world's log as other systems would have written it: one small file a format, ``catalogue`` names them all.

Each carries only what such a log can say, and its docstring names what is left out; nothing is made up to fill a
column. All are written as a stream, in the order of time.
"""
