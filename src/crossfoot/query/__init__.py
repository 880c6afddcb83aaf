"""A question becomes a Table: the one door to facts."""
