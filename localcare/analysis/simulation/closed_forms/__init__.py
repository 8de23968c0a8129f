"""Published formulas of queues: an answer at once where they apply, and the proof of the simulations."""
