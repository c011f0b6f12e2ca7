"""The entry is read once."""

import weakref

from rounds import count_raised, run, together

LOOKUPS = 20000

images = weakref.WeakValueDictionary()


class Image:
    pass


def load(name):
    image = Image()
    images[name] = image
    return image


def image(name):
    return images.get(name)


def look_up():
    return count_raised(KeyError, LOOKUPS, image, "logo")


def load_and_drop():
    for _ in range(LOOKUPS):
        load("logo")


def one_round():
    return together(look_up, load_and_drop)[0]


if __name__ == "__main__":
    run(one_round, what="lookups ended in KeyError", of=LOOKUPS)
