"""The portal cared for: is it ready, is it sound, and a copy of it that can be put back."""
