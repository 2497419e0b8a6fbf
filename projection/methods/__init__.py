"""The projection methods beside `alignment`, one module or folder each."""
