"""What an opened file is called outside: never its own name (DESIGN 6)."""

import re

# What the reader's computer should open; anything else is given without an ending.
_ENDING = re.compile(
    r"jpe?g|png|gif|hei[cf]|tiff?|webp|bmp|mp4|m4[av]|mov|avi|mkv|webm|3gp|mts|mp3|wav|ogg|opus|amr|"
    r"flac|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|zip|rar|7z|eml|msg"
)


def given_name(number: int, own_name: str) -> str:
    """As in “Exhibit 12.jpg”: of its own name the ending alone is kept, if it is harmless."""
    return with_ending(f"Exhibit {number}", own_name)


def with_ending(name: str, own_name: str) -> str:
    """`name`, with the harmless ending of the name that its sender's device gave the file."""
    ending = own_name.rpartition(".")[2].lower()
    return f"{name}.{ending}" if _ENDING.fullmatch(ending) else name
