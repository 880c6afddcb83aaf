"""What guards the code: our own lints and what every test run obeys. Nothing here is shipped."""
