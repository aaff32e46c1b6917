"""The Internet services that courses use, on the bench's network: each file has one, or some small
ones. They answer in the manner of the public services, keep what they get, and reach nothing.
"""
