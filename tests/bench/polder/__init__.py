"""A seeded set of tidal polders: a plant of its own, what its storms cost, and the least they could have cost."""
