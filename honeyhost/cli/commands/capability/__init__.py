"""
``capability``: functions that plugins publish under slugs of their own.
"""
