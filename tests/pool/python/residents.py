"""Objects that stay in the worker, and what their users ask of them."""

import os
import threading
import time

__all__ = ["Model", "alive", "both", "call_with", "fail_late", "make", "pid", "same", "unsendable_in"]

_lock = threading.Lock()
_alive = 0


class Model:
    def __init__(self, name="model", *, scale=1):
        global _alive
        self.name = name
        self.scale = scale
        self._secret = 1
        self._together = 0
        self._most = 0
        with _lock:
            _alive += 1

    def __del__(self):
        global _alive
        with _lock:
            _alive -= 1

    def predict(self, x):
        return [x * self.scale for x in x]

    async def predict_later(self, x):
        return x * self.scale

    def then(self):
        return "a method of this name"

    def child(self, name):
        return Model(name, scale=self.scale)

    def process(self):
        return os.getpid()

    def generate(self, count, ended):
        try:
            for number in range(count):
                yield number * self.scale
        finally:
            ended("closed")

    def is_same(self, other):
        return other is self

    def barrier(self):
        return threading.Barrier(2)

    def fail(self):
        raise ValueError("the model failed")

    def sleep(self, seconds):
        """Sleeps; the most calls that did so at once."""
        with _lock:
            self._together += 1
            self._most = max(self._most, self._together)
        time.sleep(seconds)
        with _lock:
            self._together -= 1
        return self._most

    def meet(self, barrier):
        """Waits until two calls are inside."""
        barrier.wait(30)
        return True

    def __call__(self, x):
        return x + self.scale

    def __len__(self):
        return 3

    def __getitem__(self, key):
        return f"item {key}"

    def __setitem__(self, key, value):
        self.name = f"{key}={value}"


def make(name):
    return Model(name)


def alive():
    return _alive


def pid():
    return os.getpid()


def same(*models, more=()):
    """The names, and the process, of models anywhere in the arguments."""
    found = []

    def walk(value):
        if isinstance(value, Model):
            found.append(value.name)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                walk(item)

    walk([*models, more])
    return found, os.getpid()


def both(model):
    return [model, 1]


def unsendable_in(kind):
    return {"lock": threading.Lock, "plain": dict}[kind]()


def fail_late():
    """Keeps nothing: it raises."""
    raise RuntimeError("no object")


def call_with(model, method, x):
    return getattr(model, method)(x)
