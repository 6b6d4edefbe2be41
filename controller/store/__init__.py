"""What must survive: the evidence journal and the state, both SQLite, both behind one writer thread.

``Store.open`` (store.py) is the way in. A caller that returns from ``append`` or ``apply`` has it on the disk.
"""
