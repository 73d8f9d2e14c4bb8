"""
``group``: groups of people and programs, and their permissions.
"""
