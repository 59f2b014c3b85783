"""DRAWS. What is to be drawn (`data`) becomes a chart of Altair (`track`, `series`), and that a picture (`drawer`).

Only `data` is imported by others. The rest lives in a process of its own: see `drawer`.
"""
