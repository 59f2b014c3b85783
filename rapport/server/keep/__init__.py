"""Keeping everything that was heard: the archive, and what may leave the database because the archive has it."""
