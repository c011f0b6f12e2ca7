export { Deadline, settlesWithin } from "./deadline.js";
export type { Hello } from "./hello.js";
export type { HotSpot } from "./hot-spot.js";
export type { FunctionTimes, SenseReport } from "./sense-report.js";
export type { Call, CallLabel, HostListener, TaskChannel } from "./task-channel.js";
export { type ThreadState, ThreadStates } from "./thread-states.js";
export { type TaskStack, Worker, type WorkerListener, type WorkerOptions } from "./worker.js";
