"""The sample organisation: a year in the life of a ferry operator, drawn from a seed, with a truth kept apart."""
