"""What can be asked and what an answer is: plain data, no framework, no database."""
