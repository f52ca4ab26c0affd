"""The patient's record: sealed FHIR resources, search, import, pages and the FHIR R4 API."""
