"""
Routing: one route object in front of all plugins, a gate, and one private table per plugin.
"""
