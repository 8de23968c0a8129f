"""Risk, frailty and multimorbidity scores over the linked dataset."""
