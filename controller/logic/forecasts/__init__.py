"""What others foresee: rain, tide, bore and warnings, each with its issue time, its reach ahead and its past error."""
