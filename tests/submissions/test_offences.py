"""The crimes by code against the Statute's own text, and what facts suggest."""

import json
import os
import re
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import conduct, offences
from submissions.conduct import Answer, suggest
from submissions.offences import ALL, BY_CODE, HEADS, LEAVES, ConflictType, Family, Offence

CODE = re.compile(
    r"RS-(?:6-[a-e]|25-3-e|7-1-[a-k](?:-[1-6])?|8-2-[abce]-[ivx]+(?:-[1-6])?|8bis(?:-2-[a-g])?)"
)
WORD = re.compile(r"[a-z][a-z_]*")


# The Statute, as the file gives it: one text per article, split here.


def romans():
    """i to xxxix."""
    units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return [tens + unit for tens in ("", "x", "xx", "xxx") for unit in units][1:]


def after(marker, order):
    """The one that must follow; the first of all when nothing came before."""
    return order[order.index(marker) + 1] if marker else order[0]


def sub_paragraphs(text):
    """Every numbered piece of an article and its words: ("2", "b", "xxii") → "Committing …".

    An (i) is a letter where (h) came before it, and otherwise the first numeral. A marker that
    fits neither the next letter nor the next numeral is not taken, so nothing is guessed.
    """
    letters, numerals = list("abcdefghijklmnopqrstuvwxyz"), romans()
    pieces, paragraph, letter, numeral = {}, "", "", ""
    for line in text.splitlines():
        if found := re.match(r"(\d+(?: bis)?)\. (.*)", line):
            paragraph, letter, numeral = found[1], "", ""
        elif found := re.match(r"\(([a-z]+)\) (.*)", line):
            if found[1] == after(letter, letters):
                letter, numeral = found[1], ""
            else:
                assert letter, line
                assert found[1] == after(numeral, numerals), line
                numeral = found[1]
        else:
            continue
        pieces[tuple(part for part in (paragraph, letter, numeral) if part)] = found[2]
    return pieces


@pytest.fixture(scope="module")
def entries(shared_data):
    path = shared_data / "rome-statute" / "RomeStatute.json"
    if not path.exists():
        say = f"The Statute's text is not in {path}: set IMPNA_SHARED_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(say)
        pytest.skip(say)
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def texts(entries):
    return {row["article"]["number"]: row["article"]["text"] for row in entries if "article" in row}


@pytest.fixture(scope="module")
def footnotes(entries):
    return {
        row["footnote"]["number"]: row["footnote"]["text"] for row in entries if "footnote" in row
    }


def place(offence: Offence):
    """8(2)(b)(xxii)-1 → "8" and ("2", "b", "xxii"), read from what people see, not from the code."""
    article, rest = re.fullmatch(
        r"(\d+(?: bis)?) ?((?:\(\w+\))*)(?:-\d)?", offence.article
    ).groups()
    return article, tuple(re.findall(r"\((\w+)\)", rest))


def words(offence: Offence, texts):
    article, parts = place(offence)
    return sub_paragraphs(texts[article]).get(parts or ("1",), "")


# Codes


def test_there_are_76_heads_and_nine_of_them_are_split_into_35():
    split = [head for head in HEADS if offences.splits_of(head.code)]
    assert (len(HEADS), len(split)) == (76, 9)
    assert sum(len(offences.splits_of(head.code)) for head in split) == 35


def test_the_heads_are_5_of_genocide_11_against_humanity_and_60_of_war():
    found = Counter(head.family for head in HEADS)
    assert found[Family.GENOCIDE] == 5
    assert found[Family.HUMANITY] == 11
    assert sum(n for family, n in found.items() if "war" in family.label.lower()) == 60


def test_there_are_102_leaves():
    assert len(LEAVES) == 102
    assert not [leaf for leaf in LEAVES if offences.splits_of(leaf.code)]


def test_incitement_aggression_and_the_other_treaties_are_beside_the_76():
    beside = [row.code for row in ALL if row not in HEADS and not row.head]
    assert beside == [
        "RS-25-3-e",
        *("RS-8bis", *(f"RS-8bis-2-{act}" for act in "abcdefg")),
        *("torture_cat", "enforced_disappearance_icpped", "terrorism", "trafficking"),
        *("sanctions_violation", "related_offence"),
    ]
    assert len(ALL) == 76 + 35 + len(beside)


def test_every_code_has_the_form_of_its_kind():
    for row in ALL:
        form = WORD if row.family == Family.TREATY else CODE
        assert form.fullmatch(row.code), row.code
        assert len(row.code) <= 32


def test_no_code_and_no_article_stands_twice():
    assert len(BY_CODE) == len(ALL)
    articles = [row.article for row in ALL if row.article]
    assert len(set(articles)) == len(articles)


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("RS-6-a", "6(a)"),
        ("RS-25-3-e", "25(3)(e)"),
        ("RS-7-1-g", "7(1)(g)"),
        ("RS-7-1-g-6", "7(1)(g)-6"),
        ("RS-8-2-b-xxii", "8(2)(b)(xxii)"),
        ("RS-8-2-b-xxii-1", "8(2)(b)(xxii)-1"),
        ("RS-8bis", "8 bis"),
        ("RS-8bis-2-a", "8 bis (2)(a)"),
        ("terrorism", ""),
    ],
)
def test_the_article_is_written_as_lawyers_write_it(code, article):
    assert BY_CODE[code].article == article


def test_a_split_belongs_to_the_family_and_the_conflict_of_its_head():
    for row in ALL:
        if row.head:
            head = BY_CODE[row.head]
            assert (row.family, row.conflict) == (head.family, head.conflict)
            assert row.code.startswith(f"{head.code}-") and not head.head


def test_splits_are_numbered_from_one_without_a_gap():
    for head in HEADS:
        numbers = [int(row.code.rpartition("-")[2]) for row in offences.splits_of(head.code)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_only_war_crimes_have_a_conflict_and_every_war_crime_has_one():
    for row in ALL:
        wanted = {"a": "IAC", "b": "IAC", "c": "NIAC", "e": "NIAC"}.get(
            row.code[7] if row.code.startswith("RS-8-2-") else "", ""
        )
        assert row.conflict == wanted


def test_a_code_nobody_knows_is_an_error():
    for ask in (offences.splits_of, offences.label_with_article):
        with pytest.raises(KeyError):
            ask("RS-9-z")


# The text


def test_what_is_checked_stands_in_the_statute(texts):
    missing = [row.code for row in ALL if row.check == "S" and not words(row, texts)]
    assert missing == []
    assert sum(row.check == "S" for row in ALL) == 76 - 1 + 1 + 8


def test_nothing_of_the_lists_in_the_statute_was_forgotten(texts):
    lists = (("6", 1, ()), ("7", 2, ("1",)), ("8 bis", 2, ("2",)))
    lists += tuple(("8", 3, ("2", letter)) for letter in "abce")
    stands = {
        (article, parts)
        for article, depth, start in lists
        for parts in sub_paragraphs(texts[article])
        if len(parts) == depth and parts[: len(start)] == start
    }
    ours = {place(row) for row in ALL if row.check == "S"}
    assert stands == ours - {("8 bis", ()), ("25", ("3", "e"))}


def stems(text):
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}


# Where the label says it in another way, words that only the right text has.
SAID_OTHERWISE = {
    "RS-8-2-b-i": "attacks against the civilian population as such",
    "RS-8-2-b-ii": "objects which are not military objectives",
    "RS-8-2-b-xxiii": "Utilizing the presence of a civilian",
    "RS-8-2-e-i": "attacks against the civilian population as such",
    "RS-8bis-2-d": "on the land, sea or air forces",
}


def test_of_all_texts_of_its_family_a_label_fits_its_own_best(texts):
    """Rare words weigh more; so a row that slipped by one line is seen."""
    for family in set(Family) - {Family.TREATY}:
        of_family = [row for row in ALL if row.family == family and row.check == "S"]
        text = {row.code: words(row, texts) for row in of_family}
        often = Counter(stem for said in text.values() for stem in stems(said))
        for row in of_family:
            if said := SAID_OTHERWISE.get(row.code):
                assert [code for code in text if said in text[code]] == [row.code]
                continue
            score = {
                code: sum(1 / often[stem] for stem in stems(str(row.label)) & stems(said))
                for code, said in text.items()
            }
            best = [code for code in score if score[code] == max(score.values())]
            assert best == [row.code], row.code


def test_a_split_is_background_knowledge_and_its_head_stands_in_the_statute(texts):
    for row in ALL:
        if row.head:
            assert row.check == "K"
            assert BY_CODE[row.head].check == "S" and words(BY_CODE[row.head], texts)


def test_starvation_in_other_conflicts_is_later_than_the_text(texts):
    row = BY_CODE["RS-8-2-e-xix"]
    assert (row.check, row.amended) == ("K", 2019)
    assert ("2", "e", "xviii") in sub_paragraphs(texts["8"])
    assert ("2", "e", "xix") not in sub_paragraphs(texts["8"])


def test_the_file_numbers_the_limbs_of_article_28_itself(texts):
    pieces = sub_paragraphs(texts["28"])
    assert {("1",), ("1", "a"), ("2",), ("2", "c")} <= set(pieces)
    assert "not described in paragraph (a)" in pieces["2",]


def test_no_heading_of_the_statute_is_mistaken_for_an_offence(texts):
    pieces = sub_paragraphs(texts["8"])
    assert pieces["2", "d"].startswith("Paragraph 2 (c) applies")
    assert pieces["2", "b", "i"] == pieces["2", "e", "i"]
    assert sub_paragraphs(texts["7"])["1", "i"] == "Enforced disappearance of persons;"


def test_the_amendments_of_2010_and_2017_are_those_of_the_footnotes(footnotes):
    year = {}
    for number in (2, 3):
        said, resolution = footnotes[number].split(" were inserted by resolution ")
        adopted = int(re.match(r"\S+ of \d+ \w+ (\d{4})", resolution)[1])
        for paragraph, first, last in re.findall(
            r"\(([a-e])\) \(([ivx]+)\) to (?:2 \([a-e]\) )?\(([ivx]+)\)", said
        ):
            order = romans()
            for numeral in order[order.index(first) : order.index(last) + 1]:
                year[f"RS-8-2-{paragraph}-{numeral}"] = adopted
    said, resolution = footnotes[4].split(" was inserted by resolution ")
    assert said == "Article 8 bis"
    adopted = int(re.match(r"\S+ of \d+ \w+ (\d{4})", resolution)[1])
    year |= {row.code: adopted for row in ALL if row.family == Family.AGGRESSION}
    assert len(year) == 3 + 6 + 8
    assert {row.code: row.amended for row in ALL if row.amended} == year | {"RS-8-2-e-xix": 2019}


# Forms


def test_a_form_lists_every_offence_once_under_its_family_in_order():
    groups = offences.grouped()
    assert [name for name, _rows in groups] == [str(label) for label in Family.labels]
    assert [code for _name, rows in groups for code, _label in rows] == [row.code for row in ALL]


def test_a_form_of_a_few_keeps_the_order_of_the_statute():
    few = [BY_CODE[code] for code in ("RS-8-2-e-i", "RS-7-1-a", "RS-6-a")]
    assert [rows[0][0] for _name, rows in offences.grouped(few)] == [
        "RS-6-a",
        "RS-7-1-a",
        "RS-8-2-e-i",
    ]


def test_not_sure_is_always_an_answer():
    for choices in (
        offences.answers(),
        offences.answers([]),
        conduct.answers(),
        conduct.answers(second_page=True),
    ):
        assert choices[-1] == ("unknown", "Not sure")
    assert ConflictType.UNKNOWN.label == Answer.UNKNOWN.label == "Not sure"


def test_a_label_tells_the_article_where_there_is_one():
    assert offences.label_with_article("RS-7-1-g-1") == "Rape, article 7(1)(g)-1"
    assert offences.label_with_article("terrorism") == "Terrorism"


def test_labels_are_translated_when_shown_and_not_when_loaded():
    for row in (*ALL, *conduct.ALL):
        assert not isinstance(row.label, str), row.code


# Facts first


def codes(found):
    return [row.code for row in found]


def case(*conducts, conflict=ConflictType.UNKNOWN, attack=Answer.UNKNOWN, group=Answer.UNKNOWN):
    return codes(suggest(conducts, conflict=conflict, attack=attack, group=group))


CONDUCTS = st.lists(st.sampled_from([*sorted(conduct.BY_CODE), "unknown"]), max_size=6)
CONFLICTS = st.sampled_from(ConflictType)
ANSWERS = st.sampled_from(Answer)


def test_every_kind_of_conduct_suggests_offences_that_exist():
    assert len(conduct.BY_CODE) == len(conduct.ALL)
    for row in conduct.ALL:
        assert re.fullmatch(r"[a-z][a-z0-9_]{,31}", row.code)
        assert row.offences and len(set(row.offences)) == len(row.offences)
        assert set(row.offences) <= set(BY_CODE), row.code


def test_every_offence_is_reached_from_some_conduct():
    assert case(*conduct.BY_CODE) == [row.code for row in ALL]


@pytest.mark.parametrize("row", conduct.ALL, ids=lambda row: row.code)
def test_each_conduct_reaches_something_whatever_is_not_known(row):
    assert set(row.offences) <= set(case(row.code))


def test_a_conduct_that_is_not_sure_suggests_nothing_and_spoils_nothing():
    assert case("unknown") == []
    assert case() == []
    assert case("unknown", "human_shields") == case("human_shields")


@pytest.mark.parametrize(
    ("conflict", "wanted"),
    [
        (ConflictType.IAC, ["RS-7-1-k", "RS-8-2-a-ii", "RS-8-2-a-ii-2", "RS-8-2-b-xxiii"]),
        (
            ConflictType.NIAC,
            ["RS-7-1-k", "RS-8-2-c-i", "RS-8-2-c-i-3", "RS-8-2-c-ii"],
        ),
        (ConflictType.NONE, ["RS-7-1-k"]),
    ],
)
def test_shields_are_other_crimes_in_other_conflicts(conflict, wanted):
    assert case("human_shields", conflict=conflict, group=Answer.NO) == wanted


def test_killing_outside_conflict_attack_and_group_is_none_of_these_crimes():
    assert case("killing", conflict="none", attack="no", group="no") == []


def test_a_no_on_the_group_leaves_persecution_for_other_reasons():
    assert "RS-7-1-h" in case("gender_rules", attack=Answer.YES, group=Answer.NO)
    assert "RS-7-1-h" not in case("killing", attack=Answer.YES, group=Answer.NO)
    assert "RS-7-1-h" in case("killing", attack=Answer.YES, group=Answer.YES)


def test_apartheid_needs_a_group_and_an_attack():
    assert "RS-7-1-j" in case("domination")
    assert "RS-7-1-j" not in case("domination", group=Answer.NO)
    assert "RS-7-1-j" not in case("domination", attack=Answer.NO)


def test_what_is_no_answer_is_an_error():
    with pytest.raises(ValueError):
        case("killing", attack="perhaps")
    with pytest.raises(ValueError):
        case("killing", conflict="")
    with pytest.raises(KeyError):
        case("kiling")


@given(CONDUCTS, CONFLICTS, ANSWERS, ANSWERS)
def test_a_known_conflict_never_gives_an_offence_of_another(conducts, conflict, attack, group):
    found = suggest(conducts, conflict=conflict, attack=attack, group=group)
    if conflict != ConflictType.UNKNOWN:
        assert {row.conflict for row in found} <= {"", conflict}


@given(CONDUCTS, CONFLICTS, ANSWERS, ANSWERS)
def test_a_no_is_heard(conducts, conflict, attack, group):
    found = suggest(conducts, conflict=conflict, attack=attack, group=group)
    families = {row.family for row in found}
    assert attack != Answer.NO or Family.HUMANITY not in families
    assert group != Answer.NO or Family.GENOCIDE not in families


@given(CONDUCTS, CONFLICTS, ANSWERS, ANSWERS)
def test_not_sure_is_the_union_of_what_any_answer_gives(conducts, conflict, attack, group):
    def every(answer, kind):
        known = [one for one in kind if one != kind.UNKNOWN]
        return known if answer == kind.UNKNOWN else [answer]

    union = {
        code
        for each, part, whom in product(
            every(conflict, ConflictType), every(attack, Answer), every(group, Answer)
        )
        for code in case(*conducts, conflict=each, attack=part, group=whom)
    }
    assert set(case(*conducts, conflict=conflict, attack=attack, group=group)) == union


@given(CONDUCTS, CONFLICTS, ANSWERS, ANSWERS, st.randoms())
def test_the_order_is_the_statutes_and_not_the_askers(conducts, conflict, attack, group, random):
    found = case(*conducts, conflict=conflict, attack=attack, group=group)
    shuffled = random.sample(conducts, len(conducts))
    assert case(*shuffled, *shuffled, conflict=conflict, attack=attack, group=group) == found
    assert found == [row.code for row in ALL if row.code in found]


@given(CONDUCTS, CONDUCTS, CONFLICTS, ANSWERS, ANSWERS)
def test_more_facts_never_take_a_suggestion_away(first, second, conflict, attack, group):
    context = {"conflict": conflict, "attack": attack, "group": group}
    assert set(case(*first, **context)) <= set(case(*first, *second, **context))


@given(CONDUCTS, CONFLICTS, ANSWERS, ANSWERS)
def test_a_split_never_comes_without_its_head(conducts, conflict, attack, group):
    found = suggest(conducts, conflict=conflict, attack=attack, group=group)
    assert {row.head for row in found if row.head} <= set(codes(found))


def test_sexual_and_gender_based_harm_is_not_a_box_on_the_first_page():
    first = {code for _name, rows in conduct.answers()[:-1] for code, _label in rows}
    second = {
        code for _name, rows in conduct.answers(second_page=True)[:-1] for code, _label in rows
    }
    assert first | second == set(conduct.BY_CODE) and not first & second
    sexual = {row.code for row in ALL if "xual" in str(BY_CODE[row.head or row.code].label)}
    assert len(sexual) == 3 * 7
    for code in first:
        assert not sexual & set(conduct.BY_CODE[code].offences), code


def test_no_label_of_conduct_speaks_of_one_gender_only():
    for row in conduct.ALL:
        text = str(row.label).lower()
        assert not re.search(r"\b(wom[ae]n|m[ae]n|girls?|boys?|her|his|female|male)\b", text), text


def test_the_context_is_asked_in_three_questions():
    assert set(conduct.QUESTIONS) == {"conflict", "attack", "group"}
