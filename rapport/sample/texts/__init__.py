"""What people write to Merrow Line, and what Merrow Line writes back: one module a language.

SCENES  topic -> lines: `-` the heart of a message, `+` a detail that may follow, `>` how we answer it
POOLS   name -> lines to choose from, one a line

`{name}` is a fact of the voyage or a line of that pool, the same all through a text; `[a|b|]` is a choice.
"""
