"""The tree against frozen roots, the slow tree of RFC 9162 and `pymerkle`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from slow_tree import slow_consistency, slow_inclusion, slow_root

from mumian.journal.faults import BadProof
from mumian.journal.tree import (
    EMPTY_ROOT,
    Frontier,
    Head,
    consistency_proof,
    fold,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    root_at,
    verify_consistency,
    verify_inclusion,
)

# The entries and roots that the reference tests of Certificate Transparency (RFC 6962) have used since 2012.
CT_ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
ROOT_OF_70_000 = "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e"
ENTRIES = [b"%d" % number for number in range(600)]


def reader(entries: list[bytes]):
    """A hash reader that computes every subtree anew."""

    def read_hash(height: int, nth: int) -> bytes:
        part = entries[nth << height : nth + 1 << height]
        assert len(part) == 1 << height
        return slow_root(part)

    return read_hash


def flip(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit % (8 * len(data))).to_bytes(len(data), "big")


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    frontier = Frontier()
    for entry in CT_ENTRIES[:size]:
        frontier.append(leaf_hash(entry))
    assert frontier.root().hex() == CT_ROOTS[size]


def test_the_root_of_70_000_leaves_is_frozen() -> None:
    frontier = Frontier()
    frontier.extend(leaf_hashes([b"%d" % number for number in range(70_000)]))
    assert frontier.root().hex() == ROOT_OF_70_000
    assert len(frontier.peaks()) == (70_000).bit_count()


def test_pymerkle_finds_the_same_roots_and_proofs() -> None:
    other = InmemoryTree(algorithm="sha256")
    other.append_entries(ENTRIES[:70])
    for size in range(1, 71):
        head = Head(size, other.get_root(size))
        assert root_at(size, reader(ENTRIES)) == head.root
        index = size * 7 % size
        theirs = other.prove_inclusion(index + 1, size).serialize()["path"]
        assert [bytes.fromhex(step) for step in theirs[1:]] == list(inclusion_proof(index, size, reader(ENTRIES)))
        for old in (1, size // 2 or 1, size):
            proof = other.prove_consistency(old, size)
            assert proof.verify(root_at(old, reader(ENTRIES)), head.root) is None
            ours = consistency_proof(old, size, reader(ENTRIES))
            verify_consistency(old=Head(old, other.get_root(old)), new=head, proof=ours)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_growing_in_any_batches_gives_the_root_of_the_slow_tree(batches: list[int]) -> None:
    frontier, at = Frontier(), 0
    for batch in batches:
        batch = min(batch, len(ENTRIES) - at)
        frontier.extend(leaf_hashes(ENTRIES[at : at + batch]))
        at += batch
        again = Frontier.from_hex(frontier.size, frontier.to_hex())
        assert again.head == frontier.head == Head(at, slow_root(ENTRIES[:at]))


def test_a_copy_grows_on_its_own() -> None:
    frontier = Frontier()
    frontier.extend(leaf_hashes(ENTRIES[:5]))
    twin = frontier.copy()
    twin.append(leaf_hash(ENTRIES[5]))
    assert frontier.root() == slow_root(ENTRIES[:5])
    assert twin.root() == slow_root(ENTRIES[:6])


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(3, ["00" * 32]), (1, []), (0, ["00" * 32]), (-1, []), (1, ["00" * 31]), (1, ["zz" * 32]), (2**63, ["00" * 32])],
)
def test_a_frontier_that_cannot_be_is_not_read(size: int, peaks: list[str]) -> None:
    with pytest.raises(BadProof):
        Frontier.from_hex(size, peaks)


def test_nothing_folds_to_the_empty_root() -> None:
    assert fold([]) == EMPTY_ROOT == slow_root([])


@given(st.data())
def test_every_inclusion_proof_verifies_and_equals_the_slow_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader(ENTRIES))
    assert list(proof) == slow_inclusion(index, ENTRIES[:size])
    leaf, root = leaf_hash(ENTRIES[index]), slow_root(ENTRIES[:size])
    verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root=root)


@given(st.data())
def test_every_consistency_proof_verifies_and_equals_the_slow_one(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, reader(ENTRIES))
    if old:
        assert list(proof) == slow_consistency(old, ENTRIES[:new])
    verify_consistency(old=Head(old, slow_root(ENTRIES[:old])), new=Head(new, slow_root(ENTRIES[:new])), proof=proof)


@given(st.data())
def test_one_flipped_bit_or_another_place_breaks_an_inclusion_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 200))
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(index, size, reader(ENTRIES)))
    leaf, root = leaf_hash(ENTRIES[index]), slow_root(ENTRIES[:size])
    bit = data.draw(st.integers(0, 255))
    match data.draw(st.sampled_from(["leaf", "root", "proof", "index", "shorter", "longer"])):
        case "leaf":
            leaf = flip(leaf, bit)
        case "root":
            root = flip(root, bit)
        case "proof":
            at = data.draw(st.integers(0, len(proof) - 1))
            proof[at] = flip(proof[at], bit)
        case "index":
            index = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
        case "shorter":
            proof.pop(data.draw(st.integers(0, len(proof) - 1)))
        case "longer":
            proof.insert(data.draw(st.integers(0, len(proof))), root)
    with pytest.raises(BadProof):
        verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root=root)


@given(st.data())
def test_one_flipped_bit_breaks_a_consistency_proof(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(old, new, reader(ENTRIES)))
    old_root, new_root = slow_root(ENTRIES[:old]), slow_root(ENTRIES[:new])
    bit = data.draw(st.integers(0, 255))
    match data.draw(st.sampled_from(["old", "new", "proof", "shorter", "longer"])):
        case "old":
            old_root = flip(old_root, bit)
        case "new":
            new_root = flip(new_root, bit)
        case "proof":
            at = data.draw(st.integers(0, len(proof) - 1))
            proof[at] = flip(proof[at], bit)
        case "shorter":
            proof.pop(data.draw(st.integers(0, len(proof) - 1)))
        case "longer":
            proof.insert(data.draw(st.integers(0, len(proof))), new_root)
    with pytest.raises(BadProof):
        verify_consistency(old=Head(old, old_root), new=Head(new, new_root), proof=proof)


ROOT_3, ROOT_4 = bytes.fromhex(CT_ROOTS[3]), bytes.fromhex(CT_ROOTS[4])


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (Head(4, ROOT_4), Head(3, ROOT_3), ()),
        (Head(-1, ROOT_4), Head(3, ROOT_3), ()),
        (Head(3, ROOT_3), Head(3, ROOT_4), ()),
        (Head(3, ROOT_3), Head(3, ROOT_3), (ROOT_3,)),
        (Head(0, EMPTY_ROOT), Head(3, ROOT_3), (ROOT_3,)),
        (Head(0, ROOT_3), Head(3, ROOT_3), ()),
        (Head(3, ROOT_3), Head(4, ROOT_4), ()),
        (Head(3, ROOT_3), Head(4, ROOT_4), (b"short",)),
    ],
)
def test_heads_that_do_not_follow_are_told_apart(old: Head, new: Head, proof: tuple[bytes, ...]) -> None:
    with pytest.raises(BadProof):
        verify_consistency(old=old, new=new, proof=proof)


def test_a_proof_of_what_is_not_there_is_not_made() -> None:
    with pytest.raises(BadProof, match="leaf `5` is not in a tree of `5` leaves"):
        inclusion_proof(5, 5, reader(ENTRIES))
    with pytest.raises(BadProof, match="`6` leaves is not the beginning of one of `5`"):
        consistency_proof(6, 5, reader(ENTRIES))
    with pytest.raises(BadProof, match="leaf `-1`"):
        verify_inclusion(index=-1, size=5, leaf=ROOT_3, proof=(), root=ROOT_3)
    with pytest.raises(BadProof, match="32 bytes"):
        verify_inclusion(index=0, size=2, leaf=ROOT_3, proof=(b"",), root=ROOT_3)
