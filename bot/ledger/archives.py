"""Verifies archives and the ledger they came from as one hash chain. Pure, apart from what it reads."""

from collections.abc import Iterable
from dataclasses import replace

from bot.core.audit.hash_chain import GENESIS, Verification
from bot.ledger.ports.audit_file import Archives


async def verify_together(files: Iterable[tuple[str, Archives]], against: str = "") -> Verification:
    """Verify archives and a ledger, each with its name, as one chain from the first entry on."""
    anchored = [(await file.anchor(), name, file) for name, file in files]
    whole = Verification(0, GENESIS)
    for anchor, name, file in sorted(anchored, key=lambda one: one[0]):
        whole = await _extended(whole, anchor, name, file, against)
        if not whole.holds:
            break
    return whole


async def _extended(
    whole: Verification, anchor: tuple[int, str], name: str, file: Archives, against: str
) -> Verification:
    begin, _ = anchor
    if anchor != (whole.entries, whole.head):
        gap = f"{name} begins behind entry {begin}, and the entries before it end with entry {whole.entries}."
        other = f"{name} does not go on from the seal of entry {begin}."
        return replace(whole, fault=other if begin == whole.entries else gap)
    part = await file.verify(against)
    fault = part.fault and f"{name}: {part.fault}"
    witness = whole.witness if part.witness is None else part.witness
    return Verification(whole.entries + part.entries, part.head, fault, witness=witness)
