"""The response replayed from end to end over real HTTP, with the ordinary commands: nothing in it is a stand-in.

A thief at work → alarm → case → lock by a person → first refused request → wards go on → exposure, compared with what
the thief received → notices, refused while a needed field is empty, then finished → letters, from an export
that two people made.
"""
