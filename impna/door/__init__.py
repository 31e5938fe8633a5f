"""The commands behind `./portal`. Imports nothing of Django, which may not be configured yet."""
