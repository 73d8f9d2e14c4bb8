"""
``state``: backup and transfer of what operators decided.
"""
