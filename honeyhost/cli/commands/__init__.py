"""
Commands: one file each, with one function ``run(streams, ...) -> int`` that answers and returns the exit code.

They are imported when they are asked for; what can be typed stands in ``honeyhost.cli.signatures``.
"""
