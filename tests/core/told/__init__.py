"""What plans, their steps, and changes say of themselves, kept property by property.

Who changes what is said keeps it anew, and reads the difference: ``python -m tests.core.told``
"""
