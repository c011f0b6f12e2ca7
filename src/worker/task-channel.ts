/**
 * The channel of one Python thread. Calls written in one tick leave in one write; replies come back in the order of
 * the calls, because one thread executes them one after the other.
 */
import type { Socket } from "node:net";
import { NogilError, NotSendable, ProtocolError } from "../errors.js";
import {
  CallKind,
  Decoder,
  type DecoderOptions,
  Encoder,
  FrameReader,
  type FunctionForm,
  type HostAnswer,
  IN_REGION,
  NEW_REGIONS,
  NUMBER_SIZE,
  ReplyKind,
  ReplyRegion,
  RequestRegion,
  TIMES_SIZE,
} from "../wire/index.js";
import { CallMap } from "./call-map.js";
import { CallRing } from "./call-ring.js";

/** When and how long Python worked on a task: seconds of the machine's monotonic clock. */
export interface TaskTimes {
  readonly start: number;
  readonly end: number;
  /** CPU seconds of the thread, NaN where they were not measured. */
  readonly cpu: number;
}

/** Names a call in reports, also after it has ended. */
export interface CallLabel {
  /** Number of the task in its pool. */
  readonly number: number;
  readonly name: string;
}

/** Two descriptors of new regions: u32 for requests, u32 for replies, 0 for none. */
const NEWS_SIZE = 8;

const CHANGED_BEFORE_SENT =
  "an array was changed (transferred, resized or written to) after the call was made and before it was sent; " +
  "leave arrays alone until the task has ended, or pass a copy";

/** Output of a call may arrive after its reply: this many calls back can still be named. */
const LABELS_KEPT = 256;

/** What is called, and who hears of it. The channel calls exactly one of the four ends, once. */
export interface Call {
  readonly name: string;
  /** What Python is asked to call; undefined where that is the function of this name. */
  readonly target?: string | undefined;
  /** Number of the task in its pool. */
  readonly number: number;
  readonly args: readonly unknown[];
  readonly keywords: Readonly<Record<string, unknown>> | undefined;
  /** How a function among the arguments travels on this channel; without it none does. Throws NogilError. */
  formOf?(value: object, channel: TaskChannel): FunctionForm;
  /** Python returned `value`. */
  returned(value: unknown, start: number, end: number, cpu: number): void;
  /** Python raised; `details` is what it said, see toErrorDetails. */
  raised(details: unknown, start: number, end: number, cpu: number): void;
  /** The reply is there and cannot be understood, or JavaScript cannot hold it. */
  garbled(error: ProtocolError | NotSendable, start: number, end: number, cpu: number): void;
  /** It was never sent: an argument was changed before it could be. */
  unsent(error: NotSendable): void;
  /** The worker reported progress. */
  progressed(done: unknown, total: unknown): void;
  /** Keeps an iterable that is an argument; Python reads it by the number. */
  keep?(iterable: object): number;
  /** A part of the items that the call is to give, ahead of its end. */
  yielded?(part: unknown): void;
}

/** Hears what Python code on a channel wants of the host. */
export interface HostListener {
  /** @param request (name, args, keywords), or the error that reading it ended with */
  called(channel: TaskChannel, id: number, call: Call | undefined, number: number, request: unknown): void;
  /** Python does not wait for the answer any more. */
  cancelled(call: Call | undefined, number: number): void;
}

/** Task ids are 32 bits and grow along a channel; long before the last one a worker is recycled. */
export const MAX_TASK_ID = 0xffff_fff0;

export class TaskChannel {
  readonly number: number;
  /** Hears of every call that ended, after the call itself did. */
  onSettled: (channel: TaskChannel) => void = () => {};
  /** Hears of a call that Python skipped because it had been recalled. */
  onRecalled: (call: Call) => void = () => {};
  /** Hears of a call that belongs on the other kind of channel: a coroutine on the event loop's, and only that. */
  onMoved: (call: Call) => void = () => {};
  /** Hears of the calls of host functions; `call` is undefined when nobody waits for that call any more. */
  hostListener: HostListener | undefined;
  readonly #socket: Socket;
  /** The call that was encoded last, or is being encoded. */
  #sent: Call | undefined;
  readonly #encoder = new Encoder((value) => this.#formOf(value));
  readonly #decoder: Decoder;
  readonly #maxMessageBytes: number;
  readonly #onBroken: (error: ProtocolError) => void;
  readonly #calls: CallRing<Call> | CallMap<Call>;
  readonly #labelNumbers = new Float64Array(LABELS_KEPT);
  readonly #labelNames: string[] = new Array(LABELS_KEPT).fill("");
  #flushScheduled = false;
  /** Where the worker's descriptors can be opened; undefined until its process is known. */
  readonly #descriptors: string;
  #replies: ReplyRegion | undefined;
  /** Settles when what was flushed before is on its way; undefined when nothing waits. */
  #sending: Promise<void> | undefined;
  #heldBytes = 0;

  /**
   * @param descriptors the folder in which the worker's open files can be opened: `/proc/<pid>/fd`
   * @param checksArguments whether calls fail whose arrays were written to before they were sent
   * @param isLoop whether an event loop serves it, so that calls end in any order
   */
  constructor(
    socket: Socket,
    number: number,
    descriptors: string,
    maxMessageBytes: number,
    decoding: DecoderOptions,
    checksArguments: boolean,
    onBroken: (error: ProtocolError) => void,
    isLoop = false,
  ) {
    this.#calls = isLoop ? new CallMap() : new CallRing();
    this.#socket = socket;
    this.number = number;
    this.#descriptors = descriptors;
    this.#maxMessageBytes = maxMessageBytes;
    this.#decoder = new Decoder(decoding);
    this.#encoder.arrow = decoding.arrow;
    this.#encoder.checksContents = checksArguments;
    const reader = new FrameReader(maxMessageBytes, this.#receive);
    socket.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        socket.destroy();
        onBroken(error);
      }
    });
    // A dying worker resets its sockets; its exit tells the story.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#encoder.region?.close();
      this.#replies?.close();
    });
    this.#onBroken = onBroken;
  }

  /** Calls that were sent and have not ended, oldest first. */
  get calls(): IterableIterator<[number, Call]> {
    return this.#calls.entries();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  /** True when all ids are used up. */
  get isExhausted(): boolean {
    return this.#calls.lastId >= MAX_TASK_ID;
  }

  /** Bytes that Python has not taken off the socket yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength + this.#encoder.pendingBytes + this.#heldBytes;
  }

  /**
   * Sends a call and returns its id on this channel.
   *
   * @throws NotSendable when an argument cannot travel; nothing is sent then.
   */
  send(call: Call, kind: number = CallKind.CALL): number {
    const id = this.#calls.lastId + 1;
    this.#replies?.free();
    this.#sent = call;
    this.#encoder.call(
      id,
      kind,
      call.target ?? call.name,
      call.args,
      call.keywords,
      this.#maxMessageBytes,
      call,
    );
    this.#sent = undefined;
    this.#calls.add(call);
    this.#labelNumbers[id % LABELS_KEPT] = call.number;
    this.#labelNames[id % LABELS_KEPT] = call.name;
    this.#scheduleFlush();
    return id;
  }

  /**
   * Answers the call of a host function.
   *
   * @param id the call within which Python called
   * @throws NotSendable when the value cannot travel; nothing is sent then.
   */
  answer(id: number, number: number, what: HostAnswer, value: unknown): void {
    this.#encoder.frame(id, CallKind.HOST_ANSWER, [number, what, value], this.#maxMessageBytes);
    this.#scheduleFlush();
  }

  #formOf(value: object): FunctionForm {
    const call = this.#sent;
    if (call?.formOf === undefined) throw new NotSendable("arguments", "a function cannot be sent to Python");
    return call.formOf(value, this);
  }

  /** Names a call that is under way or ended not long ago. */
  labelOf(id: number): CallLabel | undefined {
    const call = this.#calls.get(id);
    if (call !== undefined) return { number: call.number, name: call.name };
    if (id > this.#calls.lastId || id <= this.#calls.lastId - LABELS_KEPT) return undefined;
    const slot = id % LABELS_KEPT;
    return { number: this.#labelNumbers[slot] as number, name: this.#labelNames[slot] as string };
  }

  /** Takes a call off the books: it was recalled, or nobody waits for it any more. */
  forget(id: number): void {
    this.#calls.delete(id);
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    const chunks = this.#encoder.take();
    const { leftOut } = this.#encoder;
    if (this.#socket.destroyed) return;
    if (this.#sending !== undefined || this.#encoder.region?.isWaiting) {
      this.#encoder.release(false);
      this.#sendInOrder(chunks);
    } else {
      this.#write(chunks);
      this.#encoder.release(this.#socket.writableLength === 0);
    }
    for (const id of leftOut) this.#unsent(id);
  };

  #write(chunks: readonly Uint8Array[]): void {
    if (chunks.length > 1) this.#socket.cork();
    for (const chunk of chunks) this.#socket.write(chunk);
    if (chunks.length > 1) this.#socket.uncork();
  }

  /** While attachments are copied to the region, what was encoded with them and after them waits. */
  #sendInOrder(chunks: readonly Uint8Array[]): void {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    this.#heldBytes += bytes;
    const region = this.#encoder.region?.isWaiting ? this.#encoder.region : undefined;
    const copied = region?.write();
    const sending = Promise.all([this.#sending, copied]).then(
      ([, changed]) => {
        this.#heldBytes -= bytes;
        if (this.#sending === sending) this.#sending = undefined;
        if (!this.#socket.destroyed) this.#write(chunks.filter((chunk) => chunk !== changed?.frame));
        if (changed === undefined) return;
        region?.release(changed.task);
        this.#unsent(changed.task);
      },
      (error: Error) => this.#break(new ProtocolError(`shared memory cannot be written: ${error.message}`)),
    );
    this.#sending = sending;
  }

  #unsent(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    call.unsent(new NotSendable("arguments", CHANGED_BEFORE_SENT));
    this.onSettled(this);
  }

  #break(error: ProtocolError): void {
    this.#socket.destroy();
    this.#onBroken(error);
  }

  /** The worker has made regions. Where they cannot be opened, everything goes on by socket. */
  #openRegions(requests: number, replies: number): void {
    if (requests !== 0) {
      this.#encoder.region?.close();
      this.#encoder.region = RequestRegion.open(`${this.#descriptors}/${requests}`);
    }
    if (replies !== 0) this.#replies = ReplyRegion.open(`${this.#descriptors}/${replies}`);
  }

  readonly #receive = (
    id: number,
    kind: number,
    flags: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void => {
    if (kind > ReplyKind.RECALLED && kind !== ReplyKind.MOVED)
      return this.#hear(id, kind, flags, bytes, start, end);
    const body = start + TIMES_SIZE + (flags & NEW_REGIONS ? NEWS_SIZE : 0);
    if (end < body) throw new ProtocolError(`a reply of ${end - start} bytes has no times`);
    this.#encoder.region?.release(id);
    if (flags & NEW_REGIONS) {
      this.#openRegions(bytes.readUInt32LE(body - NEWS_SIZE), bytes.readUInt32LE(body - NEWS_SIZE + 4));
    }
    const call = this.#calls.get(id);
    if ((flags & IN_REGION) === 0) {
      if (call !== undefined) this.#settle(id, call, kind, bytes, start, body, end, flags, undefined); // else recalled, or given up
      return;
    }
    const attachments = this.#attachments(bytes, body, end);
    if (Buffer.isBuffer(attachments)) {
      if (call !== undefined) this.#settle(id, call, kind, bytes, start, body, end, flags, attachments);
      return;
    }
    const frame = Buffer.from(bytes.subarray(start, end)); // the chunk is used again meanwhile
    attachments.then(
      (copied) => {
        if (call !== undefined && this.#calls.get(id) === call)
          this.#settle(id, call, kind, frame, 0, body - start, frame.length, flags, copied);
      },
      (error: Error) => this.#break(new ProtocolError(`shared memory cannot be read: ${error.message}`)),
    );
  };

  #attachments(bytes: Buffer, body: number, end: number): Buffer | Promise<Buffer> {
    const size = end - body < 8 ? Number.POSITIVE_INFINITY : bytes.readUInt32LE(body + 4);
    if (this.#replies === undefined || size > this.#maxMessageBytes)
      throw new ProtocolError(`a region that does not hold ${size} bytes`);
    return this.#replies.take(size);
  }

  #settle(
    id: number,
    call: Call,
    kind: number,
    bytes: Buffer,
    start: number,
    body: number,
    end: number,
    flags: number,
    attachments: Buffer | undefined,
  ): void {
    this.#calls.delete(id);
    const startedAt = bytes.readDoubleLE(start);
    const endedAt = bytes.readDoubleLE(start + 8);
    const cpu = bytes.readDoubleLE(start + 16);
    if (kind === ReplyKind.RECALLED) {
      this.onRecalled(call);
    } else if (kind === ReplyKind.MOVED) {
      this.onMoved(call);
    } else {
      const value = this.#decode(bytes, body, end, flags, attachments);
      try {
        if (value instanceof Undecodable) call.garbled(value.error, startedAt, endedAt, cpu);
        else if (kind === ReplyKind.RESULT) call.returned(value, startedAt, endedAt, cpu);
        else call.raised(value, startedAt, endedAt, cpu);
      } catch (thrown) {
        // What Python said of its exception makes no sense.
        if (!(thrown instanceof ProtocolError)) throw thrown;
        call.garbled(thrown, startedAt, endedAt, cpu);
      }
    }
    this.onSettled(this);
    if (attachments !== undefined && this.#calls.size > 0) this.#replies?.free();
  }

  /** What Python says while it works on a call. */
  #hear(id: number, kind: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const call = this.#calls.get(id);
    if (kind === ReplyKind.HOST_CALL || kind === ReplyKind.HOST_CANCEL)
      return this.#hostCall(id, call, kind, flags, bytes, start, end);
    if (kind !== ReplyKind.PROGRESS && kind !== ReplyKind.ITEMS)
      throw new ProtocolError(`unknown reply ${kind}`);
    if (call === undefined) return; // given up
    const report = this.#decode(bytes, start, end, flags);
    if (kind === ReplyKind.ITEMS) return call.yielded?.(report);
    if (!Array.isArray(report)) throw new ProtocolError("a progress report is not a pair");
    call.progressed(report[0], report[1]);
  }

  #hostCall(
    id: number,
    call: Call | undefined,
    kind: number,
    flags: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    if (end - start < NUMBER_SIZE) throw new ProtocolError("a call of the host has no number");
    const number = bytes.readUInt32LE(start);
    if (kind === ReplyKind.HOST_CANCEL) {
      this.hostListener?.cancelled(call, number);
      return;
    }
    const request = this.#decode(bytes, start + NUMBER_SIZE, end, flags);
    this.hostListener?.called(
      this,
      id,
      call,
      number,
      request instanceof Undecodable ? request.error : request,
    );
  }

  #decode(bytes: Buffer, start: number, end: number, flags: number, attachments?: Buffer): unknown {
    try {
      return this.#decoder.decode(bytes, start, end, flags, attachments);
    } catch (error) {
      if (!(error instanceof NogilError)) throw error;
      return new Undecodable(error as ProtocolError | NotSendable);
    }
  }
}

class Undecodable {
  constructor(readonly error: ProtocolError | NotSendable) {}
}
