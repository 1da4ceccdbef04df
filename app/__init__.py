"""Bailiwick: may this person or service do this to that, now, and why?"""
