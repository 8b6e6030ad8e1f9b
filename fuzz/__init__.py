"""Coverage-guided fuzzing (`make fuzz`): what others can hand in, mutated until something gives way."""
