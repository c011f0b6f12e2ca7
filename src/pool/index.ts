export type { ArrowLibrary } from "../wire/index.js";
export type { CallOptions, KeptWhen, Progress } from "./call-options.js";
export type { Contention } from "./contention.js";
export type { PoolEvents } from "./events.js";
export { Handle } from "./handle.js";
export type { HostContext, HostFunction, HostFunctions } from "./host-functions.js";
export { type MapOptions, type MapProgress, type MapResult, MapRun } from "./map.js";
export type { OutputListener, PoolOptions, RecycleOptions } from "./options.js";
export { createPool, getPool, Pool } from "./pool.js";
export {
  Keep,
  type Resident,
  type ResidentControls,
  type ResidentMember,
  type ResidentMembers,
  type ResidentMembersOf,
} from "./resident.js";
export type { Overlap, SafetyReport } from "./safety.js";
export { Session, type SessionOptions } from "./session.js";
export { type ArrowTable, type Shareable, Shared, type ShareOptions } from "./shared.js";
export type { FunctionConcurrency, PoolStats, WorkerStats } from "./stats.js";
export { Stream } from "./stream.js";
export type { StreamOptions } from "./stream-options.js";
export type { TaskState, TaskStats } from "./task.js";
export type {
  ApproveTool,
  JsonSchema,
  PythonToolDefinition,
  PythonTools,
  PythonToolsOptions,
  PythonType,
  ToolApproval,
} from "./tools.js";
