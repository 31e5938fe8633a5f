"""Do stored bytes still have the digests that were recorded when they were sealed?"""

import hashlib

from custody.age import AgeReader
from custody.keys import keystore
from custody.models import SealedFile
from custody.stores import filestore


def digests_hold(file: SealedFile) -> bool:
    """Read the whole file once more and compare SHA-256 and SHA-512 of its plaintext.

    Raises what the store, the key store or age raise when it cannot be read; that is no verdict.
    """
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    identity = keystore().identity(file.key.compartment.name, file.key.entry)
    with filestore().open(file.store_name) as handle:
        reader = AgeReader(handle, [identity])
        for piece in reader.read_range(0, reader.size):
            sha256.update(piece)
            sha512.update(piece)
    return sha256.digest() == bytes(file.sha256) and sha512.digest() == bytes(file.sha512)
