"""Accepts a bill once: lands its bytes, turns its lines into charges, and says what it could not understand."""
