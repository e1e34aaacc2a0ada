"""What is said to a market in which an agency registers property: parties, data, applications, decisions."""

from __future__ import annotations

from typing import Any

from mumian.kernel.canonical import sha256_hex

REGISTRY, FIRM, PERSON = "party-1", "party-2", "party-3"
DIGEST = sha256_hex(b"document")


def party(kind: str, name: str, *roles: str, **more: str) -> dict[str, Any]:
    return {"type": "parties.AdmitParty", "kind": kind, "name": name, "roles": list(roles), **more}


def described(actor: str, source: str) -> dict[str, Any]:
    description = {
        "title": "2025年广州市冷链物流温湿度监测数据",
        "summary": "冷藏车厢温度与湿度",
        "data_kind": "enterprise",
        "industry": "G54",
        "source_type": source,
        "spatial_scope": "city",
        "temporal_from": "2025-01-01",
        "temporal_to": "2025-12-31",
        "update_frequency": "yearly",
        "form": "table",
        "domain": "cold",
    }
    return {"actor": actor, "command": {"type": "catalog.DescribeResource", "description": description}}


def applied(nth: int, actor: str, source: str, rights: dict[str, str]) -> dict[str, Any]:
    """Apply for `rights`, each with its limits, in what item `nth` described."""
    claims = [
        {"holder": actor, "right": right, "basis": "collection", "proof_digest": DIGEST, "limits": limits}
        for right, limits in rights.items()
    ]
    form = {
        "type": "initial",
        "applicants": [{"party": actor, "contact_commitment": DIGEST}],
        "content": {
            "resource": f"${nth}.resource",
            "origin": "collected",
            "source_type": source,
            "records": 1_200_000,
            "size_bytes": 48_000_000,
            "restrictions": {"territory": "CN-44", "resale_allowed": False},
            "evidence": {"sample": DIGEST, "acquisition": DIGEST},
        },
        "claims": claims,
        "statements": [{"condition": "lawful_source", "holds": True}],
        "waive_publicity": True,
    }
    return {
        "actor": actor,
        "command": {"type": "property_register.SubmitApplication", "registry": REGISTRY, "form": form},
    }


def decided(nth: int) -> list[dict[str, Any]]:
    """Accept and pass what item `nth` applied for."""
    key = f"${nth}.application"
    findings = {"description": "holds", "source": "holds", "right": "holds", "report_digest": DIGEST}
    found = [{"condition": "lawful_source", "holds": True}]
    return [
        {"actor": REGISTRY, "command": {"type": "property_register.AcceptApplication", "application": key}},
        {
            "actor": REGISTRY,
            "command": {
                "type": "property_register.ConcludeReview",
                "application": key,
                "findings": findings,
                "found": found,
                "waive": True,
            },
        },
    ]
