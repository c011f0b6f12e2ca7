/** Tasks that wait: larger priority first, then in the order of arrival. Tasks settled meanwhile are passed over. */
import type { Task } from "./task.js";

/** A first-in, first-out list that grows at both ends without moving what it holds. */
class Fifo {
  #items: (Task | undefined)[] = [];
  #head = 0;

  push(task: Task): void {
    this.#items.push(task);
  }

  pushFront(task: Task): void {
    if (this.#head > 0) this.#items[--this.#head] = task;
    else this.#items.unshift(task);
  }

  peek(): Task | undefined {
    return this.#items[this.#head];
  }

  shift(): Task | undefined {
    if (this.#head === this.#items.length) return undefined;
    const task = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    // Give the space of what was taken back, rarely enough to cost nothing.
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }
}

export class TaskQueue {
  readonly #levels = new Map<number, Fifo>();
  /** The priorities in use, largest first. */
  #order: number[] = [];
  #size = 0;

  /** Tasks that wait. */
  get size(): number {
    return this.#size;
  }

  push(task: Task): void {
    task.state = "queued";
    task.waitsIn = this;
    this.#level(task.priority).push(task);
    this.#size++;
  }

  /** For a task that was taken and did not start: it keeps its turn. */
  pushFront(task: Task): void {
    task.state = "queued";
    task.waitsIn = this;
    this.#level(task.priority).pushFront(task);
    this.#size++;
  }

  /** To be called when a waiting task is settled; it is dropped when its turn comes. */
  settled(): void {
    this.#size--;
  }

  /** The task that `shift` would take. */
  peek(): Task | undefined {
    for (const priority of this.#order) {
      const level = this.#levels.get(priority) as Fifo;
      for (let task = level.peek(); task !== undefined; task = level.peek()) {
        if (task.state === "queued") return task;
        level.shift();
      }
    }
    return undefined;
  }

  shift(): Task | undefined {
    for (const priority of this.#order) {
      const level = this.#levels.get(priority) as Fifo;
      for (let task = level.shift(); task !== undefined; task = level.shift()) {
        if (task.state !== "queued") continue;
        this.#size--;
        task.state = "sent";
        return task;
      }
    }
    return undefined;
  }

  #level(priority: number): Fifo {
    let level = this.#levels.get(priority);
    if (level === undefined) {
      level = new Fifo();
      this.#levels.set(priority, level);
      this.#order = [...this.#levels.keys()].sort((a, b) => b - a);
    }
    return level;
  }
}

/** What waits in a queue, taken out. */
export function emptied(queue: TaskQueue): Task[] {
  const tasks: Task[] = [];
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) tasks.push(task);
  return tasks;
}
