"""All stories, in the order in which they would be told."""

from cases.demonstration.stories import advice, drafts, ends, talks, waiting, withdrawals

STORIES = (
    *ends.STORIES,
    *talks.STORIES,
    *withdrawals.STORIES,
    *advice.STORIES,
    *waiting.STORIES,
    *drafts.STORIES,
)
