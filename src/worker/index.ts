export type { Hello } from "./hello.js";
export type { Call, TaskChannel } from "./task-channel.js";
export { Worker, type WorkerListener, type WorkerOptions } from "./worker.js";
