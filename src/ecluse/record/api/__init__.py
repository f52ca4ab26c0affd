"""The FHIR R4 interface of the record, at ``/fhir/``."""
