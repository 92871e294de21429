"""How often somebody may knock, on a clock of the test's own."""

from hypothesis import given
from hypothesis import strategies as st

from viva.records.serving import SshOptions
from viva.serve import limits
from viva.serve.limits import Limits, origin


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_that_comes_too_often_is_turned_away_for_as_long_as_it_did() -> None:
    clock = Clock()
    counted = Limits(SshOptions(per_address=3), clock)
    assert [counted.refuse("192.0.2.1") for _ in range(5)] == [None] * 3 + ["too many connections"] * 2
    assert counted.refuse("192.0.2.2") is None
    clock.now = 59.9
    assert counted.refuse("192.0.2.1") == "too many connections"
    clock.now = 60.0
    assert counted.refuse("192.0.2.1") is None


def test_failed_keys_turn_an_address_away() -> None:
    clock = Clock()
    counted = Limits(SshOptions(failures=5), clock)
    counted.failed("192.0.2.1", 4)
    assert counted.refuse("192.0.2.1") is None
    counted.failed("192.0.2.1", 3)
    assert counted.refuse("192.0.2.1") == "too many failed keys"
    assert counted.refuse("192.0.2.2") is None
    clock.now = 60.0
    assert counted.refuse("192.0.2.1") is None


def test_addresses_of_one_network_count_as_one() -> None:
    assert origin("2001:db8:1:2::1") == origin("2001:db8:1:2:ffff::9") != origin("2001:db8:1:3::1")
    assert origin("::ffff:192.0.2.1") == "192.0.2.1"
    assert origin("fe80::1%eth0") == "fe80::/64"


def test_few_addresses_are_remembered() -> None:
    clock = Clock()
    counted = Limits(SshOptions(per_address=1), clock)
    for number in range(limits.ADDRESSES + 1):
        assert counted.refuse(f"host {number}") is None
    # The one that was heard from longest ago was forgotten, the others were not.
    assert counted.refuse("host 1") == "too many connections"
    assert counted.refuse("host 0") is None


@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 10))
def test_no_minute_sees_more_than_is_allowed(pauses: list[float], most: int) -> None:
    clock = Clock()
    counted = Limits(SshOptions(per_address=most), clock)
    admitted = []
    for pause in pauses:
        clock.now += pause
        if counted.refuse("192.0.2.1") is None:
            admitted.append(clock.now)
    for begin in admitted:
        assert sum(begin <= time < begin + limits.WINDOW for time in admitted) <= most
