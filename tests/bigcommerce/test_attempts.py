"""What became of a request, in a word for the metrics."""

import pytest

from bot.bigcommerce.attempts import NoResponse, Outcome, OutcomeWord, word_for
from bot.bigcommerce.errors import Unreachable
from bot.bigcommerce.responses import Response


def answered(status: int) -> Response:
    return Response(status=status, headers={}, body=b"")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        *((answered(status), "ok") for status in (200, 207, 302, 399)),
        *((answered(status), "refused") for status in (400, 401, 404, 422, 499, 507)),
        *((answered(status), "limited") for status in (423, 429)),
        *((answered(status), "failed") for status in (500, 503, 506, 508)),
        *((NoResponse(Unreachable("Nobody answers."), sent=sent), "unanswered") for sent in (True, False)),
    ],
)
def test_what_became_of_a_request_is_one_word(outcome: Outcome, word: OutcomeWord) -> None:
    assert word_for(outcome) == word
