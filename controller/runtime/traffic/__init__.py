"""What one channel is made of: whose turn it is, reading, writing, buttons, links, and how the wire is doing."""
