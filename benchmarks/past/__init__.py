"""What the past of `million.py` is made of: the plan, what a message becomes, the tables, and how they are filled."""
