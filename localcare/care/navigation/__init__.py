"""The navigation desk: carers and people who need support, what was arranged for them and whether it happened."""
