"""
Propagation: how a change that any process makes is heard by every other, and how each says what it runs.
"""
