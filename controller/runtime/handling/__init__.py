"""Handling 处置闭环: who deals with a fault, until when, what was done, and how it ended."""
