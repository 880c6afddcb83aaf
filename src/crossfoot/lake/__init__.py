"""Files: what a published month looks like on disk, how it is written and how it is read."""
