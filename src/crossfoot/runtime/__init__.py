"""Processes and PostgreSQL: the home folder, the embedded server, the supervisor. No Django."""
