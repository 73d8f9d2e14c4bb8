"""
Shapes: what comes in and what goes out over HTTP, as the API document describes it.
"""
