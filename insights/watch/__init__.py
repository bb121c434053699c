"""The service watched from outside: is it ready, and what does it count?"""
