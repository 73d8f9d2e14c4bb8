"""
``token``: access tokens of programs and of the administrator.
"""
