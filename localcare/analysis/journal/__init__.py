"""The journal of journeys: its shape, what a journey makes of it, and its clocks; lived and simulated alike."""
