"""Bringing a new device: from the vendor's spreadsheet to a proven output. Reads politely, writes only when told to.

Pure but for the files named after what they touch: ``sheets`` (files), ``bench_line``, ``sampling``, ``reading``,
``scanning``, ``identify``, ``opcua_endpoints``, ``writing`` and ``put_back`` (the field), ``write_journal``.
"""
