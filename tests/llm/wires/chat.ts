import {
  type ErrorKind,
  frame,
  fromDataUrl,
  type HttpError,
  list,
  object,
  pieces,
  type Seen,
  USAGE,
  type Wire,
} from "./wire.js";

const FINISH = { stop: "stop", length: "length", "content-filter": "content_filter" } as const;

const ERRORS: Record<ErrorKind, HttpError> = {
  key: {
    status: 401,
    body: {
      error: {
        message: "Incorrect API key provided: sk-secret-value-123.",
        type: "invalid_request_error",
        code: "invalid_api_key",
      },
    },
  },
  model: {
    status: 404,
    body: {
      error: {
        message: "The model `nope` does not exist",
        type: "invalid_request_error",
        code: "model_not_found",
      },
    },
  },
  context: {
    status: 400,
    body: {
      error: {
        message:
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        type: "invalid_request_error",
        code: "context_length_exceeded",
      },
    },
  },
  filter: {
    status: 400,
    body: {
      error: { message: "The response was filtered", type: "invalid_request_error", code: "content_filter" },
    },
  },
  rejected: {
    status: 400,
    body: {
      error: {
        message: "Unsupported value: 'temperature'",
        type: "invalid_request_error",
        code: "unsupported_value",
      },
    },
  },
  rate: {
    status: 429,
    body: { error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } },
  },
  quota: {
    status: 429,
    body: {
      error: {
        message: "You exceeded your current quota, please check your plan",
        type: "insufficient_quota",
        code: "insufficient_quota",
      },
    },
  },
  server: { status: 500, body: { error: { message: "The server had an error", type: "server_error" } } },
  overloaded: {
    status: 503,
    body: { error: { message: "The engine is currently overloaded", type: "overloaded" } },
  },
};

export const chatWire: Wire = {
  read(path, headers, body): Seen {
    if (path !== "/chat/completions") throw new Error(`no such path: ${path}`);
    const messages = list(body.messages);
    const user = messages.filter((message) => message.role === "user").at(-1)?.content;
    const calls = messages.flatMap((message) => list(message.tool_calls));
    const parts = messages.flatMap((message) => list(message.content));
    return {
      model: String(body.model),
      stream: body.stream === true,
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
      schema: object(object(body.response_format).json_schema).schema,
      maxTokens: (body.max_tokens ?? body.max_completion_tokens) as number | undefined,
      body,
    };
  },

  plain(reply, seen) {
    const usage = reply.usage ?? USAGE;
    return {
      id: "chatcmpl-1",
      object: "chat.completion",
      model: seen.model,
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: reply.text ?? null,
            ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
            ...(reply.toolCalls === undefined
              ? {}
              : {
                  tool_calls: reply.toolCalls.map((call) => ({
                    id: call.id,
                    type: "function",
                    function: { name: call.name, arguments: JSON.stringify(call.args) },
                  })),
                }),
          },
          finish_reason: reply.toolCalls === undefined ? FINISH[reply.finish ?? "stop"] : "tool_calls",
        },
      ],
      usage: usageOf(usage),
    };
  },

  frames(reply, seen) {
    const head = { id: "chatcmpl-1", object: "chat.completion.chunk", model: seen.model };
    const chunk = (delta: unknown, finish: string | null = null): string =>
      frame({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] });
    const out = [chunk({ role: "assistant", content: "" })];
    for (const piece of pieces(reply.reasoning ?? "", 4)) out.push(chunk({ reasoning_content: piece }));
    for (const piece of pieces(reply.text ?? "", reply.piece ?? 3)) out.push(chunk({ content: piece }));
    const calls = reply.toolCalls ?? [];
    for (const [index, call] of calls.entries()) {
      out.push(
        chunk({
          tool_calls: [
            { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } },
          ],
        }),
      );
    }
    // Parts of parallel calls may come interleaved.
    const parts = calls.map((call) => pieces(JSON.stringify(call.args), 5));
    for (let at = 0; at < Math.max(0, ...parts.map((part) => part.length)); at++) {
      for (const [index, part] of parts.entries()) {
        if (part[at] !== undefined)
          out.push(chunk({ tool_calls: [{ index, function: { arguments: part[at] } }] }));
      }
    }
    out.push(chunk({}, calls.length > 0 ? "tool_calls" : FINISH[reply.finish ?? "stop"]));
    const usage = usageOf(reply.usage ?? USAGE);
    // Only who asks is told, as at OpenAI; Groq tells in its own field, Mistral always.
    if (object(seen.body.stream_options).include_usage === true)
      out.push(frame({ ...head, choices: [], usage }));
    else out.push(frame({ ...head, choices: [], x_groq: { usage } }));
    out.push(frame("[DONE]"));
    return out;
  },

  error: (kind) => ERRORS[kind],

  errorFrame: (kind) => frame(ERRORS[kind].body),
};

function usageOf(usage: { input: number; output: number; cached?: number }): unknown {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
  };
}
