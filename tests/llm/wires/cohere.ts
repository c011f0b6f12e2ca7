import {
  type ErrorKind,
  frame,
  fromDataUrl,
  type HttpError,
  list,
  object,
  pieces,
  type Reply,
  type Seen,
  USAGE,
  type Wire,
} from "./wire.js";

const FINISH = { stop: "COMPLETE", length: "MAX_TOKENS", "content-filter": "ERROR_TOXIC" } as const;

const ERRORS: Record<ErrorKind, HttpError> = {
  key: { status: 401, body: { id: "e1", message: "invalid api token" } },
  model: {
    status: 404,
    body: { id: "e1", message: "model 'nope' not found, make sure the correct model ID was used" },
  },
  context: { status: 400, body: { id: "e1", message: "too many tokens: size limit exceeded by 200 tokens" } },
  filter: { status: 400, body: { id: "e1", message: "the request was blocked by content_filter" } },
  rejected: { status: 400, body: { id: "e1", message: "invalid request: list of tools must not be empty" } },
  rate: {
    status: 429,
    body: { message: "You are past the per minute request limit, please wait and try again later." },
  },
  quota: { status: 402, body: { message: "Please add or update your payment method to continue" } },
  server: {
    status: 500,
    body: { message: "internal server error, this has been reported to our developers" },
  },
  overloaded: { status: 503, body: { message: "service unavailable" } },
};

export const cohereWire: Wire = {
  read(path, headers, body): Seen {
    if (path !== "/v2/chat") throw new Error(`no such path: ${path}`);
    if (typeof body.stream !== "boolean") throw new Error("stream is required");
    const messages = list(body.messages);
    const user = messages.filter((message) => message.role === "user").at(-1)?.content;
    const parts = messages.flatMap((message) => list(message.content));
    const calls = messages.flatMap((message) => list(message.tool_calls));
    return {
      model: String(body.model),
      stream: body.stream,
      key: String(headers.authorization ?? "").replace("Bearer ", ""),
      system: messages
        .filter((message) => message.role === "system")
        .map((message) => message.content)
        .join("\n\n"),
      user:
        typeof user === "string"
          ? user
          : list(user)
              .map((part) => part.text ?? "")
              .join(""),
      images: parts
        .filter((part) => part.type === "image_url")
        .map((part) => fromDataUrl(object(part.image_url).url)),
      tools: list(body.tools).map((tool) => String(object(tool.function).name)),
      toolResults: messages
        .filter((message) => message.role === "tool")
        .map((message) => ({
          name: String(object(calls.find((call) => call.id === message.tool_call_id)?.function).name),
          content: String(message.content),
        })),
      schema: object(body.response_format).json_schema,
      maxTokens: body.max_tokens as number | undefined,
      body,
    };
  },

  plain(reply) {
    const content: unknown[] = [];
    if (reply.reasoning !== undefined) content.push({ type: "thinking", thinking: reply.reasoning });
    if (reply.text !== undefined) content.push({ type: "text", text: reply.text });
    return {
      id: "co-1",
      finish_reason: reply.toolCalls === undefined ? FINISH[reply.finish ?? "stop"] : "TOOL_CALL",
      message: {
        role: "assistant",
        content,
        ...(reply.toolCalls === undefined ? {} : { tool_calls: reply.toolCalls.map(callOf) }),
      },
      usage: usageOf(reply),
    };
  },

  frames(reply) {
    const event = (type: string, fields: object): string => frame({ type, ...fields }, type);
    const content = (type: string, value: object, index: number): string =>
      event(type, { index, delta: { message: { content: value } } });
    const out = [
      event("message-start", { id: "co-1", delta: { message: { role: "assistant", content: [] } } }),
    ];
    out.push(content("content-start", { type: "text", text: "" }, 0));
    for (const thinking of pieces(reply.reasoning ?? "", 4))
      out.push(content("content-delta", { thinking }, 0));
    for (const text of pieces(reply.text ?? "", reply.piece ?? 3))
      out.push(content("content-delta", { text }, 0));
    out.push(event("content-end", { index: 0 }));
    for (const [index, call] of (reply.toolCalls ?? []).entries()) {
      const start = { ...callOf(call), function: { name: call.name, arguments: "" } };
      out.push(event("tool-call-start", { index, delta: { message: { tool_calls: start } } }));
      for (const part of pieces(JSON.stringify(call.args), 5)) {
        const delta = { message: { tool_calls: { function: { arguments: part } } } };
        out.push(event("tool-call-delta", { index, delta }));
      }
      out.push(event("tool-call-end", { index }));
    }
    const reason = reply.toolCalls === undefined ? FINISH[reply.finish ?? "stop"] : "TOOL_CALL";
    out.push(event("message-end", { delta: { finish_reason: reason, usage: usageOf(reply) } }));
    return out;
  },

  error: (kind) => ERRORS[kind],

  errorFrame(kind) {
    const { message } = object(ERRORS[kind].body);
    return kind === "server"
      ? frame({ type: "message-end", delta: { finish_reason: "ERROR", error: message } }, "message-end")
      : frame({ message: `${message} (overloaded)` });
  },
};

function callOf(call: { id: string; name: string; args: unknown }): object {
  return {
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  };
}

function usageOf(reply: Reply): unknown {
  const usage = reply.usage ?? USAGE;
  return {
    billed_units: { input_tokens: usage.input, output_tokens: usage.output },
    tokens: { input_tokens: usage.input + 60, output_tokens: usage.output },
    cached_tokens: usage.cached ?? 0,
  };
}
