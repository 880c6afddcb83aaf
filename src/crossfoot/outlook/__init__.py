"""What a Table suggests about the days to come. Functions of a Table, never of the database."""
