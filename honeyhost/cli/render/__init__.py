"""
Rendering: values become lines of styled text; nothing here writes.
"""
