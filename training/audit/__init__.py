"""The audit: does the preference steer the result?"""
