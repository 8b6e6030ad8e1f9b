"""How fast wz is, beside plain public commands doing comparable work in the same run."""
