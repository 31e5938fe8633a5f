"""Bech32 (BIP-173) for keys of exactly 32 bytes, as the age format spells them.

The checksum constant is 1, which Bech32m does not satisfy. Both functions work in lower case.
"""

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
KEY_LETTERS = 52  # 256 bits and 4 of padding, 5 to the letter
CHECK_LETTERS = 6


def _checksum(prefix: str, values: list[int]) -> int:
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = 1
    for value in expanded + values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _letters_of(number: int, count: int) -> list[int]:
    return [number >> 5 * place & 31 for place in reversed(range(count))]


def encode(prefix: str, key: bytes) -> str:
    values = _letters_of(int.from_bytes(key) << 4, KEY_LETTERS)
    values += _letters_of(_checksum(prefix, values + [0] * CHECK_LETTERS) ^ 1, CHECK_LETTERS)
    return f"{prefix}1{''.join(ALPHABET[value] for value in values)}"


def decode(prefix: str, text: str) -> bytes:
    """The 32 bytes, or `ValueError` with a reason that never repeats the text."""
    found, _, letters = text.rpartition("1")
    values = [ALPHABET.find(letter) for letter in letters]
    if found != prefix or len(values) != KEY_LETTERS + CHECK_LETTERS or -1 in values:
        raise ValueError(f"expected {prefix}1 and 58 letters and digits.")
    if _checksum(prefix, values) != 1:
        raise ValueError("the checksum is wrong, so it was mistyped or cut.")
    number = 0
    for value in values[:KEY_LETTERS]:
        number = number << 5 | value
    if number & 15:
        raise ValueError("the padding is not zero.")
    return (number >> 4).to_bytes(32)
