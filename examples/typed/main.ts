// nogil types examples/typed, then: node --import nogil/register examples/typed/main.ts   (Node 22.18 or newer)
import { area, factorial, summarize, Unit } from "./shapes.py";

const shapes = [
  { width: 2, height: 3 },
  { width: 10, height: 10, unit: Unit.FOOT },
];

console.log("area:", await area({ width: 2, height: 3 }));

const summary = await summarize(shapes, { at_least: 8 });
console.log(`${summary.count} of at least 8 m², the largest is in ${summary.largest?.unit}`);

// An int arrives as a number while one can hold it exactly, and as a bigint from there on.
console.log("10! =", await factorial(10), "and 25! =", await factorial(25));

const all = await area.map(shapes);
console.log("areas:", all.map((size) => size.toFixed(2)).join(", "));
