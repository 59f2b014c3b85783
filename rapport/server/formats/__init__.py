"""How dates are written in each language, by names that we chose; Django's own names are left to Django.

`date_format(at, "DAY")` and `{{ at|date:"DAY" }}` find them here.
"""
