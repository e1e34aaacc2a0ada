"""Keys and signed bytes that never change. The secret keys are the numbers 0 to 31 and 32 to 63: public, for tests only."""

from __future__ import annotations

from mumian.journal.note import Signer
from mumian.journal.schemes import COSIGNATURE_V1

ORIGIN = "mumian.example/guangzhou"
LOG = Signer(ORIGIN, bytes(range(32)))
WITNESS = Signer("witness.example/w1", bytes(range(32, 64)), scheme=COSIGNATURE_V1)

LOG_VKEY = "mumian.example/guangzhou+718be663+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
LOG_SKEY = "PRIVATE+KEY+mumian.example/guangzhou+718be663+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
WITNESS_VKEY = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"

CHECKPOINT = """\
mumian.example/guangzhou
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— mumian.example/guangzhou cYvmYxSa8UNhaJHe6C2M14j1UXSH7+60gi2Vg8A/s+mjBi3SVzFqdsxfMzWAwANuVpPmgIViwPEtOcjx6GbEWCm8wg8=
""".encode()

COSIGNED_AT_S = 1_700_000_000
COSIGNATURE = """\
— witness.example/w1 IDJKvgAAAABlU/EAtLHrhIGU4eZvtN41xi7GhgVey3h9wEb33IajGih7sDwEyKPYdM9x6MUxg1vU/YaInHK9lRboYnn0CnW/QhK5CA==
"""

RECEIPT_ENTRY = bytes.fromhex("40414243")
RECEIPT = (
    b"""\
c2sp.org/tlog-proof@v1
extra aGVsbG8=
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=
037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

"""
    + CHECKPOINT
    + COSIGNATURE.encode()
)
"""Of entry 5 in the tree of the eight entries that `test_tree` takes from Certificate Transparency."""
