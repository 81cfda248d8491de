"""What texts were read as, kept: a text that somebody types, pastes or brings means the same tomorrow.

Each file has one reader's texts, chosen so that each place of its grammar matters to one of them. Who changes a grammar
writes them anew, and reads the difference: ``python -m tests.core.kept``
"""
