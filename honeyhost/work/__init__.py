"""
Work: what plugins do for others beside answering requests. Capabilities are functions that anybody may run by a slug.
"""
