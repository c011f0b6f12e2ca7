"""They are copied in one step and then added up."""

from rounds import count_raised, run, together

CALLS = 500

sizes = {}


def put(key, size):
    sizes[key] = size


def remove(key):
    sizes.pop(key, None)


def total():
    return sum(list(sizes.values()))


def add_up():
    return count_raised(RuntimeError, CALLS, total)


def come_and_go():
    for _ in range(20 * CALLS):
        put("visitor", 1)
        remove("visitor")


def one_round():
    for number in range(500):
        put(number, number)
    return together(add_up, come_and_go)[0]


if __name__ == "__main__":
    run(one_round, what="sums ended in RuntimeError", of=CALLS)
