"""The tree: every leaf can be proven, nothing else can."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.safe.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    fold,
    full_root,
    inclusion_path,
    leaf_hash,
    node_hash,
    peaks_of,
    root_from_path,
    rows_above,
)

# The tree of RFC 6962 implementations' common test vectors (inputs of certificate-transparency, 8 leaves).
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

sizes = st.integers(min_value=1, max_value=130)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(size)]


def plain_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(plain_root(hashes[:split]), plain_root(hashes[split:]))


def path_of(index: int, hashes: list[bytes]) -> list[bytes]:
    return inclusion_path(index, len(hashes), lambda start, stop: plain_root(hashes[start:stop]))


def test_the_root_is_that_of_the_published_vectors() -> None:
    frontier = Frontier()
    for data in VECTORS:
        frontier.add(leaf_hash(bytes.fromhex(data)))
    assert frontier.root().hex() == ROOT_OF_8


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(sizes)
def test_the_frontier_agrees_with_the_definition_at_every_size(size: int) -> None:
    frontier = Frontier()
    for leaf in leaves(size):
        frontier.add(leaf)
    assert frontier.root() == plain_root(leaves(size))


@given(sizes, st.data())
def test_peaks_of_rows_are_those_of_the_frontier(size: int, data: st.DataObject) -> None:
    rows = rows_above(leaves(size))
    upto = data.draw(st.integers(1, size))
    assert fold(peaks_of(rows, upto)) == plain_root(leaves(upto))


@given(st.integers(0, 6), st.integers(0, 5))
def test_a_full_subtree_is_added_whole(height: int, before: int) -> None:
    one, other = Frontier(), Frontier()
    for leaf in leaves((before + 1) << height):
        one.add(leaf)
    for number in range(before + 1):
        other.add_subtree(full_root(leaves((before + 1) << height)[number << height : (number + 1) << height]), height)
    assert (one.size, one.peaks) == (other.size, other.peaks)


def test_a_subtree_does_not_fit_in_the_middle_of_another() -> None:
    frontier = Frontier()
    frontier.add(leaves(1)[0])
    with pytest.raises(ValueError, match="multiple"):
        frontier.add_subtree(leaves(1)[0], 1)


def test_a_frontier_with_too_few_peaks_is_refused() -> None:
    with pytest.raises(ValueError, match="peak"):
        Frontier(3, [b"x" * 32])


@pytest.mark.parametrize("number", [0, 3, 6])
def test_only_a_power_of_two_of_hashes_has_a_full_root(number: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        full_root([b"x" * 32] * number)


@given(sizes, st.data())
def test_every_leaf_is_proven_by_its_path(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    assert root_from_path(hashes[index], index, size, path_of(index, hashes)) == plain_root(hashes)


@given(sizes, st.data())
def test_a_lying_prover_who_moves_the_leaf_is_refused(size: int, data: st.DataObject) -> None:
    index, claimed = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size + 3))
    hashes = leaves(size)
    assert claimed == index or not proves(hashes[index], claimed, size, path_of(index, hashes), plain_root(hashes))


@given(sizes, st.data())
def test_a_lying_prover_who_changes_the_path_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path = path_of(index, hashes)
    lie = data.draw(st.lists(st.sampled_from([*path, *hashes[:3], b"", b"x" * 31, b"y" * 32]), max_size=len(path) + 2))
    assert lie == path or not proves(hashes[index], index, size, lie, plain_root(hashes))


@given(st.integers(2, 130), st.data())
def test_a_lying_prover_who_passes_a_node_off_as_a_leaf_is_refused(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    node = hashes[0] + hashes[1]
    claimed = data.draw(st.integers(0, size - 1))
    path = path_of(0, hashes)
    assert not proves(leaf_hash(node), claimed, (size + 1) // 2, path[1:], plain_root(hashes))


def proves(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        return root_from_path(leaf, index, size, path) == root
    except ProofError:
        return False


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_an_index_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="outside"):
        root_from_path(b"x" * 32, index, size, [])
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_path(index, size, lambda *_: b"")
