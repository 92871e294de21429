"""The alternative annotator test: against a second implementation, and at both ends as its paper has it."""

import math
import random

import numpy as np
import pytest
from scipy import stats

from viva.stats.alternative_annotator import _p_value, alternative_test, rejected

Values = dict[int, float]


def by_hand(judge: Values, people: dict[str, Values], epsilon: float) -> tuple[float, float, list[float]]:
    """Return ω, ρ and the p values, from dictionaries of what was said, by the definitions of arXiv 2501.10970."""
    p_values, advantages = [], []
    for person, said in people.items():
        differences, wins = [], []
        for item, own in said.items():
            rest = [theirs[item] for other, theirs in people.items() if other != person and item in theirs]
            if not rest or item not in judge:
                continue
            judge_score = -math.sqrt(sum((judge[item] - value) ** 2 for value in rest) / len(rest))
            person_score = -math.sqrt(sum((own - value) ** 2 for value in rest) / len(rest))
            judge_wins, person_wins = int(judge_score >= person_score), int(person_score >= judge_score)
            wins.append(judge_wins)
            differences.append(person_wins - judge_wins)
        if len(set(differences)) == 1:
            p_values.append(0.0 if differences[0] < epsilon else 1.0)
        else:
            p_values.append(float(stats.ttest_1samp(differences, epsilon, alternative="less").pvalue))
        advantages.append(sum(wins) / len(wins))
    adjusted = stats.false_discovery_control(p_values, method="by")
    return float(np.mean(adjusted <= 0.05)), float(np.mean(advantages)), p_values


def simulated(
    seed: int, judge_noise: float | None, raters: int = 3, items: int = 60
) -> tuple[Values, dict[str, Values]]:
    """Return a judge and people who see the same truth with noise; a judge without noise given guesses."""
    draw = random.Random(seed)

    def seen(value: float, noise: float) -> float:
        return float(min(max(round(draw.gauss(value, noise)), 0), 5))

    truth = [draw.uniform(0, 5) for _ in range(items)]
    people = {f"r{n}": {item: seen(value, 0.8) for item, value in enumerate(truth)} for n in range(raters)}
    judge = {
        item: float(draw.randint(0, 5)) if judge_noise is None else seen(value, judge_noise)
        for item, value in enumerate(truth)
    }
    return judge, people


def as_rows(judge: Values, people: dict[str, Values]) -> tuple[list[float], list[list[float]]]:
    items = sorted({item for said in people.values() for item in said} | set(judge))
    return [judge.get(item, math.nan) for item in items], [
        [said.get(item, math.nan) for item in items] for said in people.values()
    ]


@pytest.mark.parametrize("noise", [0.0, 0.8, 1.2, 1.5, 2.0, None])
@pytest.mark.parametrize("raters", [3, 5])
def test_it_equals_a_second_implementation_with_gaps(noise: float | None, raters: int) -> None:
    for seed in range(5):
        judge, people = simulated(seed, noise, raters, 80)
        draw = random.Random(seed)
        for said in people.values():
            for item in draw.sample(sorted(said), 15):
                del said[item]
        for item in draw.sample(sorted(judge), 5):
            del judge[item]
        found = alternative_test(*as_rows(judge, people))
        rate, advantage, _ = by_hand(judge, people, 0.2)
        assert found is not None
        assert found.winning_rate == pytest.approx(rate, abs=1e-9)
        assert found.advantage == pytest.approx(advantage, abs=1e-9)
        assert found.raters == raters
        assert found.fewest >= 30


def test_a_judge_as_good_as_the_mean_of_people_passes_and_one_that_guesses_fails() -> None:
    perfect = [alternative_test(*as_rows(*simulated(seed, 0.0))) for seed in range(20)]
    guessing = [alternative_test(*as_rows(*simulated(seed, None))) for seed in range(20)]
    assert all(found is not None and found.passed and found.winning_rate == 1 for found in perfect)
    assert all(found is not None and not found.passed and found.winning_rate == 0 for found in guessing)
    assert min(found.advantage for found in perfect if found) > max(found.advantage for found in guessing if found)


def test_the_mean_of_all_people_has_every_advantage() -> None:
    _, people = simulated(1, 0.0)
    judge = {item: float(np.mean([said[item] for said in people.values()])) for item in people["r0"]}
    found = alternative_test(*as_rows(judge, people))
    assert found is not None
    assert found.winning_rate == 1
    assert found.advantage == pytest.approx(1)


def test_a_higher_price_of_people_makes_it_easier_for_a_judge() -> None:
    judge, people = simulated(4, 0.8)
    rates = [alternative_test(*as_rows(judge, people), epsilon=epsilon) for epsilon in (0.0, 0.1, 0.2, 0.4)]
    found = [test.winning_rate for test in rates if test is not None]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_equal_words_are_equal_however_their_points_were_rounded() -> None:
    # A judge who repeats a person: each is as close as the other everywhere, so that d is 0 and below ε.
    people = [[0.1 + 0.2] * 40, [0.3] * 40, [0.3] * 40]
    found = alternative_test([0.3] * 40, people)
    assert found is not None
    assert found.advantage == 1
    assert found.winning_rate == 1


@pytest.mark.parametrize(
    ("raters", "items"), [(2, 100), (3, 29), (0, 0)], ids=["two people", "too few items", "nobody"]
)
def test_too_few_people_or_items_give_no_verdict(raters: int, items: int) -> None:
    assert alternative_test(*as_rows(*simulated(0, 0.0, raters, items))) is None


def test_items_that_nobody_else_rated_do_not_count() -> None:
    judge, people = simulated(0, 0.0, 3, 60)
    people["r0"] = {item: value for item, value in people["r0"].items() if item < 20} | dict.fromkeys(
        range(60, 99), 1.0
    )
    assert alternative_test(*as_rows(judge | dict.fromkeys(range(60, 99), 1.0), people)) is None


def test_one_who_rated_little_is_not_tested_but_counts_among_the_others() -> None:
    judge, people = simulated(0, 0.0, 4, 60)
    people["r3"] = {item: value for item, value in people["r3"].items() if item < 10}
    found = alternative_test(*as_rows(judge, people))
    assert found is not None
    assert found.raters == 3
    assert found.fewest == 60


def test_rejections_are_benjamini_and_yekutielis() -> None:
    draw = random.Random(0)
    for count in (1, 2, 3, 5, 12):
        for _ in range(50):
            p_values = [draw.random() ** 4 for _ in range(count)]
            adjusted = stats.false_discovery_control(p_values, method="by")
            assert rejected(p_values) == [place for place, value in enumerate(adjusted) if value <= 0.05]
    assert rejected([]) == []


def asked_about(
    seed: int, noise: float | None, questions: int, texts: int, raters: int = 3
) -> tuple[list[float], list[list[float]], list[int]]:
    """Return a judge, people and questions: each errs on a question as a whole; a judge without noise given guesses."""
    draw = random.Random(seed)
    truth = [[draw.uniform(0, 5) for _ in range(texts)] for _ in range(questions)]

    def scored(sd: float | None) -> list[float]:
        found = []
        for of_question in truth:
            error = draw.gauss(0, sd or 0)
            for value in of_question:
                found.append(float(draw.randint(0, 5) if sd is None else min(max(round(value + error), 0), 5)))
        return found

    people = [scored(0.7) for _ in range(raters)]
    return scored(noise), people, [question for question in range(questions) for _ in range(texts)]


def test_with_one_text_for_each_question_it_is_the_papers() -> None:
    for seed in range(5):
        judge, people, questions = asked_about(seed, 1.0, 80, 1)
        assert alternative_test(judge, people, questions=questions) == alternative_test(judge, people)
        assert alternative_test(judge, people, questions=[f"q{n}" for n in questions]) is not None


def test_texts_for_one_question_count_as_one() -> None:
    judge, people, _ = asked_about(0, 1.0, 40, 1)
    plain = alternative_test(judge, people)
    repeated = (
        [value for value in judge for _ in range(6)],
        [[value for value in said for _ in range(6)] for said in people],
    )
    questions = [question for question in range(40) for _ in range(6)]
    again = alternative_test(*repeated, questions=questions)
    assert plain is not None
    assert again is not None
    assert (again.winning_rate, again.fewest) == (plain.winning_rate, 40)
    assert again.advantage == pytest.approx(plain.advantage)
    assert alternative_test(*asked_about(0, 0.0, 15, 6)[:2]) is not None
    judge, people, questions = asked_about(0, 0.0, 15, 6)
    assert alternative_test(judge, people, questions=questions) is None


def test_a_clustered_p_value_is_that_of_the_means_where_questions_have_as_many_texts_each() -> None:
    draw = np.random.default_rng(0)
    for _ in range(20):
        values = draw.integers(-1, 2, (30, 4)) + draw.integers(-1, 2, (30, 1))
        expected = stats.ttest_1samp(values.mean(axis=1), 0.2, alternative="less").pvalue
        found = _p_value(values.astype(float).ravel(), np.repeat(np.arange(30), 4), 0.2)
        assert found == pytest.approx(expected, abs=1e-9)


def test_with_many_texts_a_question_a_perfect_judge_passes_and_one_that_guesses_fails() -> None:
    def passes(seed: int, noise: float | None) -> bool:
        judge, people, questions = asked_about(seed, noise, 40, 4)
        found = alternative_test(judge, people, questions=questions)
        assert found is not None
        return found.passed

    assert all(passes(seed, 0.0) for seed in range(20))
    assert not any(passes(seed, None) for seed in range(20))


def test_errors_shared_by_the_texts_of_a_question_let_hardly_any_bad_judge_pass() -> None:
    def passed(**options: bool) -> int:
        count = 0
        for seed in range(60):
            judge, people, questions = asked_about(seed, 1.3, 30, 6)
            found = alternative_test(judge, people, questions=questions if options["clustered"] else None)
            count += found is not None and found.passed
        return count

    assert passed(clustered=True) < passed(clustered=False)
    assert passed(clustered=True) <= 6
