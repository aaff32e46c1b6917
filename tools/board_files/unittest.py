"""The parts of `unittest` that MicroPython's own tests need, for the board (/lib/unittest.py): the
firmware has none.

The last four lines that it prints are those by which run-tests.py knows the outcome.
"""

import sys


class SkipTest(Exception):
    """The test does not apply."""


class _Raises:
    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        assert kind is not None, "nothing was raised"
        self.exception = value
        return issubclass(kind, self.kind)


class _SubTest:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return False


class TestCase:
    """Assertions raise AssertionError."""

    def setUp(self):
        pass

    def tearDown(self):
        pass

    def subTest(self, *args, **kwargs):
        return _SubTest()

    def skipTest(self, reason):
        raise SkipTest(reason)

    def fail(self, message=""):
        raise AssertionError(message)

    def assertEqual(self, a, b, message=""):
        assert a == b, message or "{!r} is not {!r}".format(a, b)

    def assertIn(self, a, b, message=""):
        assert a in b, message

    def assertIsInstance(self, a, kind, message=""):
        assert isinstance(a, kind), message

    def assertIsNone(self, a, message=""):
        assert a is None, message

    def assertLessEqual(self, a, b, message=""):
        assert a <= b, message or "{!r} is more than {!r}".format(a, b)

    def assertTrue(self, a, message=""):
        assert a, message

    def assertFalse(self, a, message=""):
        assert not a, message

    def assertRaises(self, kind, fn=None, *args, **kwargs):
        if fn is None:
            return _Raises(kind)
        with _Raises(kind):
            fn(*args, **kwargs)


def _as_it_is(thing):
    return thing


def skipIf(condition, reason):
    return _skipped if condition else _as_it_is


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


def _skipped(thing):
    if isinstance(thing, type):
        return None

    def skipped(*args):
        raise SkipTest

    return skipped


def _run(test):
    """0 good, 1 skipped, 2 failed, 3 broken."""
    try:
        test()
    except SkipTest:
        return 1
    except AssertionError as error:
        sys.print_exception(error)
        return 2
    except Exception as error:
        sys.print_exception(error)
        return 3
    return 0


def _tests(module):
    for name in sorted(dir(module)):
        kind = getattr(module, name)
        if isinstance(kind, type) and issubclass(kind, TestCase) and kind is not TestCase:
            if hasattr(kind, "setUpClass"):
                kind.setUpClass()
            for attribute in sorted(dir(kind)):
                if attribute.startswith("test"):
                    yield kind(), attribute


def main():
    """Run every test of the program."""
    count = [0, 0, 0, 0]
    for case, name in _tests(__import__("__main__")):
        case.setUp()
        outcome = _run(getattr(case, name))
        case.tearDown()
        print(name, ("ok", "skipped", "FAIL", "ERROR")[outcome])
        count[outcome] += 1
    print("-" * 70)
    print("Ran {} tests\n".format(sum(count)))
    if count[2] or count[3]:
        print("FAILED (failures={}, errors={})".format(count[2], count[3]))
    else:
        print("OK" + (" (skipped={})".format(count[1]) if count[1] else ""))
