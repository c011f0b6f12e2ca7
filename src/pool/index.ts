export type { CallOptions, Progress } from "./call-options.js";
export type { PoolEvents } from "./events.js";
export { Handle } from "./handle.js";
export { type MapOptions, type MapProgress, type MapResult, MapRun } from "./map.js";
export type { PoolOptions } from "./options.js";
export { createPool, Pool } from "./pool.js";
export type { PoolStats, WorkerStats } from "./stats.js";
export type { TaskState, TaskStats } from "./task.js";
