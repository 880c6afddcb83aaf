"""What must hold before a month is published: a list of functions over a staged candidate, each with its reach."""
