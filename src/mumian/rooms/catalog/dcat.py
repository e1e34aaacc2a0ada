"""A resource in the words of others: DCAT 3 with Dublin Core, DQV for quality, CSVW for the dictionary, as JSON-LD.

Source: W3C DCAT 3 (2024), DQV (2016), CSVW metadata vocabulary (2015). Nothing is fetched: the context stands inside.
"""

from __future__ import annotations

from typing import TypeAlias

from mumian.kernel.ids import ResourceId
from mumian.kernel.time import iso
from mumian.rooms.catalog.description import DIMENSIONS, Description, FieldEntry, FieldType, Measure, UpdateFrequency
from mumian.rooms.catalog.industry import section_name
from mumian.rooms.catalog.model import Resource, Version

JsonLd: TypeAlias = dict[str, object]

CONTEXT: dict[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "mumian": "urn:mumian:",
}

_FREQUENCIES = {
    UpdateFrequency.REAL_TIME: "continuous",
    UpdateFrequency.DAILY: "daily",
    UpdateFrequency.WEEKLY: "weekly",
    UpdateFrequency.MONTHLY: "monthly",
    UpdateFrequency.YEARLY: "annual",
    UpdateFrequency.ON_DEMAND: "irregular",
    UpdateFrequency.OTHER: "irregular",
}

_DATATYPES = {
    FieldType.TEXT: "string",
    FieldType.FLOAT: "double",
    FieldType.DATETIME: "dateTime",
    FieldType.BINARY: "base64Binary",
    FieldType.OTHER: "anyAtomicType",
}


def dataset(resource: ResourceId, record: Resource, described: Description, version: Version | None) -> JsonLd:
    """Return a `dcat:Dataset`. Rates and sizes are decimal strings with their XSD type: nothing here is a float."""
    document: JsonLd = {
        "@context": CONTEXT,
        "@id": f"mumian:{resource}",
        "@type": "dcat:Dataset",
        "dct:identifier": resource,
        "dct:title": _text(described.title, described),
        "dct:description": _text(described.summary, described),
        "dcat:keyword": [_text(keyword, described) for keyword in described.keywords],
        "dcat:theme": {
            "@id": f"mumian:gbt4754/{described.industry}",
            "@type": "skos:Concept",
            "skos:notation": described.industry,
            "skos:prefLabel": {"@value": section_name(described.industry), "@language": "zh"},
        },
        "dct:publisher": {"@id": f"mumian:{record.holder}"},
        "dct:language": described.language,
        "dct:type": {"@id": f"mumian:form/{described.form.value}"},
        "dct:source": {"@id": f"mumian:source/{described.source_type.value}"},
        "dct:spatial": {"@id": f"mumian:scope/{described.spatial_scope.value}", "@type": "dct:Location"},
        "dct:temporal": _period(described),
        "dct:accrualPeriodicity": {"@id": f"http://purl.org/cld/freq/{_FREQUENCIES[described.update_frequency]}"},
        "dct:rights": _text(described.limits, described),
        "dct:issued": _typed(iso(record.described_at), "dateTime"),
        "dct:modified": _typed(iso(version.published_at if version else record.amended_at), "dateTime"),
    }
    if record.level is not None:
        document["dct:accessRights"] = {"@id": f"mumian:level/{record.level.value}"}
    if described.fields:
        document["dct:conformsTo"] = {
            "@type": "csvw:Schema",
            "csvw:column": [_column(field) for field in described.fields],
        }
    if version is not None:
        document |= _measured(record, version)
    return document


def _measured(record: Resource, version: Version) -> JsonLd:
    measures = ((name, getattr(version.quality, name)) for name in DIMENSIONS)
    return {
        "dcat:version": str(record.versions),
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:byteSize": _typed(str(version.size_bytes), "nonNegativeInteger"),
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": _typed(version.digest, "hexBinary"),
                },
            }
        ],
        "dqv:hasQualityMeasurement": [_quality(name, measure) for name, measure in measures if measure is not None],
    }


def _quality(dimension: str, measure: Measure) -> JsonLd:
    whole, rest = divmod(measure.permille, 1_000)
    return {
        "@type": "dqv:QualityMeasurement",
        "dqv:isMeasurementOf": {"@id": f"mumian:gbt36344/{dimension}"},
        "dqv:value": _typed(f"{whole}.{rest:03d}", "decimal"),
    }


def _column(field: FieldEntry) -> JsonLd:
    column: JsonLd = {
        "@type": "csvw:Column",
        "csvw:name": field.name,
        "csvw:datatype": _DATATYPES.get(field.type, field.type.value),
    }
    if field.meaning:
        column["dct:description"] = field.meaning
    if field.unit:
        column["mumian:unit"] = field.unit
    if field.identifier.value != "none":
        column["mumian:identifier"] = field.identifier.value
    return column


def _period(described: Description) -> JsonLd:
    period: JsonLd = {"@type": "dct:PeriodOfTime", "dcat:startDate": _typed(described.temporal_from, "date")}
    if described.temporal_to:
        period["dcat:endDate"] = _typed(described.temporal_to, "date")
    return period


def _text(text: str, described: Description) -> JsonLd:
    return {"@value": text, "@language": described.language}


def _typed(value: str, datatype: str) -> JsonLd:
    return {"@value": value, "@type": f"xsd:{datatype}"}
