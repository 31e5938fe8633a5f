"""Commands of the roof, for people who work on the portal."""
