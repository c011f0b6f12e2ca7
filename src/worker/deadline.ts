/**
 * Time limits for what arrives on sockets. A host that was busy finds its timers due before it has read what lies in
 * the sockets already: a limit that has passed counts only after one more look at them.
 */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  #look: NodeJS.Immediate | undefined;

  constructor(milliseconds: number, onPassed: () => void) {
    this.#timer = setTimeout(() => {
      // Between timers and immediates the event loop reads its sockets.
      this.#look = setImmediate(onPassed);
    }, milliseconds);
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#look);
  }
}

/** Whether the promise settles in time. Its failure is not this one's. */
export async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let deadline: Deadline | undefined;
  const passed = new Promise<boolean>((resolve) => {
    deadline = new Deadline(milliseconds, () => resolve(false));
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, passed]).finally(() => deadline?.clear());
}
