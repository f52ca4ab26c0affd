"""Import of FHIR bundles and NDJSON."""
