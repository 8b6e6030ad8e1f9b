"""The audit of the history: every commit held against growth, regulation, roles, clocks, documents and signatures."""
