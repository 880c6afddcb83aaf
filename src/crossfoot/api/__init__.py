"""Answers for programs: the bytes that the page's downloads and the command line give too."""
