"""Editions: immutable published months. Stages, checks, writes, and plans what a reader may read."""
