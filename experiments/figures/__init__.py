"""Pictures of saved numbers: each function takes tables that a run wrote and writes one PNG."""
