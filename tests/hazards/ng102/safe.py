"""The numbers come from itertools.count, whose next() is atomic."""

import itertools

from rounds import run, together

TASKS = 20000


class Task:
    numbers = itertools.count()

    def start(self):
        self.number = next(Task.numbers)


def numbers():
    found = []
    for _ in range(TASKS):
        task = Task()
        task.start()
        found.append(task.number)
    return found


def one_round():
    first, second = together(numbers, numbers)
    return 2 * TASKS - len({*first, *second})


if __name__ == "__main__":
    run(one_round, what="numbers given twice", of=2 * TASKS)
