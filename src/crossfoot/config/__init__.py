"""Wires settings and addresses; imported by nobody."""
