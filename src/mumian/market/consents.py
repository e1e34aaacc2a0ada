"""Who consents to what of a resource, signed for its holder's domain: everything in it is in the journal already."""

from __future__ import annotations

from mumian.journal.note import Signer
from mumian.kernel.ids import ResourceId
from mumian.kernel.time import Instant
from mumian.market.gathering.lawful import is_sensitive
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.consent.listed import ConsentList, SignedConsents, consenting, consents_bytes


class NoResource(Exception):  # noqa: N818  # what is the matter, told to people
    """The catalog does not know the resource."""


def consents_to(
    s: States, resource: ResourceId, signer: Signer, *, origin: str, seq: int, now: Instant
) -> SignedConsents:
    """Return the consents in force to all uses of a resource, signed by the market. seq: leaves of the journal.

    Raises: NoResource.
    """
    record = catalog.resource(s.catalog, resource)
    if record is None:
        raise NoResource(f"there is no resource `{resource}` in the catalog; name one that the domain opened")
    uses = consenting(s.consent, resource, holder=record.holder, sensitive=is_sensitive(s, resource))
    listed = ConsentList(resource, origin, seq, now, uses)
    return SignedConsents(listed, signer.sign(consents_bytes(listed).decode()).signature.hex())
