"""Level gauges that people took out of the vote: a lease with a reason, kept, alarmed, ended by itself."""
