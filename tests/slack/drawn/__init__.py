"""What is drawn, kept: cards, forms, the Home tab and answers, block by block, as Slack gets them.

Each value is chosen so that each place of a surface matters to one of them. Who changes a surface draws them anew, and
reads the difference: ``python -m tests.slack.drawn``
"""
