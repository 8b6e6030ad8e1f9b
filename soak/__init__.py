"""Long trials of what must never be lost: `python -m soak` (random work, kills, races), `python -m soak.powercut`."""
