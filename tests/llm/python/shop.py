"""A module of tools, as a user writes one."""

import asyncio
import datetime
import enum
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Annotated, Dict, List, Literal, Optional, TypedDict

from nogil import tool


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Part:
    """A part of an order."""

    name: str
    count: int = 1
    parts: List["Part"] = field(default_factory=list)

    def __post_init__(self):
        if self.count < 1:
            raise ValueError("count must be 1 or more")


class Review(TypedDict):
    """What a customer thought."""

    stars: Literal[1, 2, 3, 4, 5]
    text: str


@tool
def order(part: Part, day: datetime.date, size: Size = Size.SMALL, *, notes: Optional[Dict[str, float]] = None):
    """Orders a part.

    Args:
        part: what to order
        day: when it must be there
        notes: anything else,
            by name
    """
    return {"part": part, "weekday": day.weekday(), "size": size, "notes": notes, 1: {"done"}}


@tool(description="The price of a part in dollars.")
def price(name: Annotated[str, "the part's name"]) -> float:
    return {"bolt": 0.5}[name]


@tool
async def ship(seconds: float) -> str:
    """Ships."""
    await asyncio.sleep(seconds)
    return "shipped"




@tool
def together(folder: str, count: int) -> int:
    """Ends when so many calls are inside at the same time, wherever they run."""
    name = os.path.join(folder, f"{os.getpid()}-{threading.get_ident()}")
    open(name, "w").close()
    while len(os.listdir(folder)) < count:
        time.sleep(0.005)
    return count


@tool
def sleep(seconds: float):
    """Sleeps."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.01)


class Stock:
    def __init__(self):
        self.amounts = {"bolt": 7}

    @tool
    def amount(self, name: str) -> int:
        """How many there are."""
        return self.amounts.get(name, 0)

    def secret(self):
        return 42


def not_a_tool(x):
    return x
