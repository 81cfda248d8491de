"""A segment's rule: who belongs to it by what they bought and who they are, in words and evaluated over facts.

It is neither an approval rule of the policy nor the targeting of a promotion, whose language it shares: joined by
"and", "or", "not", "neither … nor", commas and parentheses as in ``store_view/targeting``, with these conditions.

| words | who |
|---|---|
| ``spent over 500 in 90 days`` | orders since the day 90 days ago sum up to more, refunds taken off |
| ``ordered at least 3 times in 12 months``, ``… in all`` | so many orders since that day of the month, or ever |
| ``last ordered more than 180 days ago``, ``never ordered`` | by the latest order |
| ``registered in the last 30 days``, ``registered more than 30 days ago`` | by the account's age |
| ``customer group is A or B``, ``country is DE or AT``, ``attribute X is V or W`` | one of the values |
| ``accepts marketing`` | subscribed |
| ``in A or B`` | in one of the segments |

Amounts are in the store's currency. What may be read in two ways is refused or asked about, never guessed; what people
say otherwise ("has not bought in 90 days") is written in this language by ``wordings``, and told back in it.
"""

from bot.core.segment_rules.description import describe
from bot.core.segment_rules.parser import parse
from bot.core.segment_rules.rule_readings import read_rule

__all__ = ["describe", "parse", "read_rule"]
