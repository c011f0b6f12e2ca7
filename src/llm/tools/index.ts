export { runTools, toolMessage } from "./run.js";
export {
  type Approval,
  defineTool,
  type FunctionTool,
  openToolbox,
  type Toolbox,
  type ToolContext,
  type ToolLike,
  type ToolSet,
} from "./tool.js";
