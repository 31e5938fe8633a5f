"""Each module is a command of `./portal manage`."""
