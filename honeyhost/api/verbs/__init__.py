"""
Verbs: what can be asked of the host over HTTP, by topic.
"""
