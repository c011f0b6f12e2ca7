"""The list is built first and stored when it is complete."""

from rounds import run, together

NAMES = range(5000)
RULES_EACH = 100

rules = {}


def scan(name):
    found = []
    for number in range(RULES_EACH):
        found.append(number)
    rules[name] = found


def scan_all():
    for name in NAMES:
        scan(name)


def read_all():
    incomplete = 0
    for name in NAMES:
        found = rules.get(name)
        while found is None:
            found = rules.get(name)
        incomplete += len(found) < RULES_EACH
    return incomplete


def one_round():
    rules.clear()
    return together(scan_all, read_all)[1]


if __name__ == "__main__":
    run(one_round, what="lists read before they were complete", of=len(NAMES))
