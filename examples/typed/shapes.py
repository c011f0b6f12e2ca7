"""Shapes and what can be measured of them."""

from dataclasses import dataclass
from enum import Enum
from typing import Optional


class Unit(Enum):
    METRE = "m"
    FOOT = "ft"


@dataclass
class Rectangle:
    width: float
    height: float
    unit: Unit = Unit.METRE


@dataclass
class Summary:
    count: int
    total: float
    largest: Optional[Rectangle]


FEET_PER_METRE = 3.28084


def area(shape: Rectangle) -> float:
    """The area in square metres."""
    size = shape.width * shape.height
    return size if shape.unit is Unit.METRE else size / FEET_PER_METRE**2


def summarize(shapes: list[Rectangle], *, at_least: float = 0.0) -> Summary:
    """Counts the shapes of at least that many square metres."""
    kept = [shape for shape in shapes if area(shape) >= at_least]
    return Summary(len(kept), sum(map(area, kept)), max(kept, key=area, default=None))


def factorial(n: int) -> int:
    """The product of the numbers from 1 to n, however large."""
    product = 1
    for number in range(2, n + 1):
        product *= number
    return product
