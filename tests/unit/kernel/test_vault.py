"""What is sealed opens with the key and in the place it was sealed for, and nowhere else."""

import pytest

from domain.kernel.vault import Unopenable, Vault

OLD, NEW = "an old key that is long enough to be one", "a new key that is long enough to be one"


def test_what_is_sealed_opens():
    vault = Vault([NEW])

    assert vault.open(vault.seal(b"a secret", place="row:1"), place="row:1") == b"a secret"


def test_sealing_twice_gives_two_texts_without_the_secret():
    vault = Vault([NEW])

    sealed = {vault.seal(b"a secret", place="row:1") for _ in range(2)}

    assert len(sealed) == 2
    assert all(b"a secret" not in each for each in sealed)


def test_the_first_key_seals_and_all_open():
    sealed = Vault([OLD]).seal(b"a secret", place="row:1")
    rotated = Vault([NEW, OLD])

    assert rotated.open(sealed, place="row:1") == b"a secret"
    with pytest.raises(Unopenable):
        Vault([OLD]).open(rotated.seal(b"a secret", place="row:1"), place="row:1")


def test_what_was_sealed_for_one_row_opens_for_no_other():
    vault = Vault([NEW])

    with pytest.raises(Unopenable):
        vault.open(vault.seal(b"a secret", place="row:1"), place="row:2")


@pytest.mark.parametrize("octet", [0, 1, 5, 17, -1])
def test_a_changed_octet_is_noticed(octet: int):
    vault = Vault([NEW])
    sealed = bytearray(vault.seal(b"a secret", place="row:1"))
    sealed[octet] ^= 1

    with pytest.raises(Unopenable):
        vault.open(bytes(sealed), place="row:1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(8), b"nonsense"])
def test_nonsense_does_not_open(sealed: bytes):
    with pytest.raises(Unopenable):
        Vault([NEW]).open(sealed, place="row:1")


def test_a_vault_shows_no_key():
    assert NEW not in repr(Vault([NEW]))
    assert NEW not in str(vars(Vault([NEW])))


def test_a_vault_needs_a_key():
    with pytest.raises(ValueError, match="needs a key"):
        Vault([])
