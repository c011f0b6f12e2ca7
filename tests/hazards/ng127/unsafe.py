"""One thread sorts a list in place, the other reads its last element."""

from rounds import count_raised, run, together

READS = 5000

scores = []


def add(score):
    scores.append(score)
    scores.sort()


def best():
    return scores[-1]


def play():
    for score in range(200):
        add(score)


def watch():
    return count_raised(IndexError, READS, best)


def one_round():
    scores.clear()
    scores.extend(range(1000))
    return together(play, watch)[1]


if __name__ == "__main__":
    run(one_round, what="reads of an empty list", of=READS)
