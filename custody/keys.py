"""The key store of this process, and the deployment's own compartments."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils import timezone

from custody.keystore import (
    DirectoryKeyStore,
    InsecureKeyStore,
    KeyErased,
    KeyStore,
    TextCipher,
    Tokenizer,
)
from custody.models import Compartment


@cache
def keystore() -> KeyStore:
    """The configured store; refuses with a sentence when it cannot be used (R13)."""
    if settings.PRODUCTION:
        return DirectoryKeyStore.from_file(settings.KEYS_DIR, settings.MASTER_KEY_FILE)
    return InsecureKeyStore(settings.KEYS_DIR)


def check_keystore(purposes: Iterable[Compartment.Purpose]) -> None:
    """Raise KeyStoreError when the store does not work or a compartment of these does not open."""
    store = keystore()
    store.check()
    for name in Compartment.objects.filter(purpose__in=purposes).values_list("name", flat=True):
        store.text_cipher(name)


def new_compartment(purpose: Compartment.Purpose) -> Compartment:
    """Make a compartment: its key first, then its row, so that no row is ever without a key."""
    name = keystore().create_compartment()
    return Compartment.objects.create(purpose=purpose, name=name, created_at=timezone.now())


@cache
def deployment_compartment(purpose: Compartment.Purpose) -> Compartment:
    """The one compartment of a deployment purpose, made by `manage.py prepare`. It never changes."""
    return Compartment.objects.get(purpose=purpose)


@cache
def deployment_cipher(purpose: Compartment.Purpose) -> TextCipher:
    """Its cipher, kept in memory: the log is written at every step, and reads no disk for it."""
    return cipher(deployment_compartment(purpose))


def cipher(compartment: Compartment) -> TextCipher:
    """Seals and opens text under the compartment's key; raises when the key is gone.

    `KeyErased` from the decision on, also while the key store's entry is still there.
    """
    if compartment.destroyed_at is not None:
        raise KeyErased("This compartment was destroyed: what it sealed is erased.")
    return keystore().text_cipher(compartment.name)


def tokenizer(compartment: Compartment) -> Tokenizer:
    """Makes keyed tokens of words under the compartment's key; raises when the key is gone."""
    return keystore().tokenizer(compartment.name)
