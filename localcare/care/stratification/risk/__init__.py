"""Risk models of this desk: trained here on the place's own data, evaluated, published by a person, watched."""
