"""The patient-care perspective, one package for each desk."""
