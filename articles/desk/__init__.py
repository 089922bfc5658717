"""The desk: where correspondents write. Pages and answers for its script, within the admin's addresses.

urls.py → one decorator (doors.py) that lets in, and turns refusals into sentences → a view → a model's method.
"""
