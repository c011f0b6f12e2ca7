"""Two threads number their tasks from a counter of the class."""

from rounds import run, together

TASKS = 20000


class Task:
    created = 0

    def start(self):
        Task.created += 1
        self.number = Task.created


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
