"""
The command line: one door of the house.

``app`` is the program, ``signatures`` is what can be typed, ``commands`` has one file per command, ``render`` turns values
into lines, ``streams`` decides where a line goes. Nothing here decides anything about plugins.
"""
