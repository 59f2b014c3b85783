"""Remembers and acts. The only Django code: one app, one migration history. Start reading at `flow.py`."""
