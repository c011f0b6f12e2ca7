export { Deadline, settlesWithin } from "./deadline.js";
export type { Hello } from "./hello.js";
export type { Call, CallLabel, HostListener, TaskChannel } from "./task-channel.js";
export { type TaskStack, Worker, type WorkerListener, type WorkerOptions } from "./worker.js";
