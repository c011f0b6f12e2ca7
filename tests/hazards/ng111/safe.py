"""It goes through a copy made in one step."""

from rounds import count_raised, run, together

EVENTS = 300

handlers = {}


def add(name, handler):
    handlers[name] = handler


def remove(name):
    handlers.pop(name, None)


def emit(event):
    for handler in list(handlers.values()):
        handler(event)


def emit_all():
    return count_raised(RuntimeError, EVENTS, emit, "saved")


def come_and_go():
    for _ in range(100 * EVENTS):
        add("visitor", str)
        remove("visitor")


def one_round():
    for number in range(500):
        add(number, str)
    return together(emit_all, come_and_go)[0]


if __name__ == "__main__":
    run(one_round, what="events ended in RuntimeError", of=EVENTS)
