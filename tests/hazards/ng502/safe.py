"""The value is passed as an argument."""

from concurrent.futures import ThreadPoolExecutor

from rounds import run

NUMBERS = range(200)


def squares(square):
    with ThreadPoolExecutor(2) as pool:
        futures = []
        for number in NUMBERS:
            futures.append(pool.submit(square, number))
        return [future.result() for future in futures]


def one_round():
    found = squares(lambda number: number * number)
    return sum(square != number * number for number, square in zip(NUMBERS, found))


if __name__ == "__main__":
    run(one_round, what="tasks with the number of a later one", of=len(NUMBERS))
