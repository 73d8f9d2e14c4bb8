"""
The manager: the only place that runs plugins. It compiles them, keeps their states and swaps what answers.
"""
