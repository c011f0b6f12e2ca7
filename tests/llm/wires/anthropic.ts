import {
  type ErrorKind,
  frame,
  type HttpError,
  list,
  object,
  pieces,
  type Reply,
  type Seen,
  USAGE,
  type Wire,
} from "./wire.js";

const STOP = { stop: "end_turn", length: "max_tokens", "content-filter": "refusal" } as const;

function error(status: number, type: string, message: string): HttpError {
  return { status, body: { type: "error", error: { type, message }, request_id: "req_body" } };
}

const ERRORS: Record<ErrorKind, HttpError> = {
  key: error(401, "authentication_error", "invalid x-api-key"),
  model: error(404, "not_found_error", "model: nope"),
  context: error(400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum"),
  filter: error(400, "invalid_request_error", "Output blocked by content filtering policy"),
  rejected: error(400, "invalid_request_error", "messages: at least one message is required"),
  rate: error(429, "rate_limit_error", "This request would exceed your organization's rate limit"),
  quota: error(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API"),
  server: error(500, "api_error", "Internal server error"),
  overloaded: error(529, "overloaded_error", "Overloaded"),
};

export const anthropicWire: Wire = {
  read(path, headers, body): Seen {
    if (path !== "/v1/messages") throw new Error(`no such path: ${path}`);
    if (typeof body.max_tokens !== "number") throw new Error("max_tokens: Field required");
    if (headers["anthropic-version"] === undefined) throw new Error("anthropic-version: header is required");
    const messages = list(body.messages);
    for (const [index, message] of messages.entries()) {
      if (message.role !== (index % 2 === 0 ? "user" : "assistant")) throw new Error("roles must alternate");
    }
    const parts = messages.flatMap((message) => list(message.content));
    const uses = parts.filter((part) => part.type === "tool_use");
    const users = messages.filter((message) => message.role === "user");
    const output = list(body.tools).find((tool) => tool.name === "respond");
    return {
      model: String(body.model),
      stream: body.stream === true,
      key: String(headers["x-api-key"]),
      system: String(body.system ?? ""),
      user: list(users.at(-1)?.content)
        .map((part) => part.text ?? "")
        .join(""),
      images: parts
        .filter((part) => part.type === "image")
        .map((part) => ({
          mediaType: String(object(part.source).media_type),
          base64: String(object(part.source).data),
        })),
      tools: list(body.tools)
        .map((tool) => String(tool.name))
        .filter((name) => name !== "respond"),
      toolResults: parts
        .filter((part) => part.type === "tool_result")
        .map((part) => ({
          name: String(uses.find((use) => use.id === part.tool_use_id)?.name),
          content: String(part.content),
        })),
      schema: output?.input_schema,
      maxTokens: body.max_tokens,
      body,
    };
  },

  plain(reply, seen) {
    const usage = reply.usage ?? USAGE;
    const content: unknown[] = [];
    if (reply.reasoning !== undefined) {
      content.push({ type: "thinking", thinking: reply.reasoning, signature: "sig" });
    }
    if (reply.text !== undefined) content.push(textBlock(reply.text, seen));
    for (const call of reply.toolCalls ?? []) {
      content.push({ type: "tool_use", id: call.id, name: call.name, input: call.args });
    }
    return {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: seen.model,
      content,
      stop_reason: stopReason(reply, seen),
      usage: {
        input_tokens: usage.input - (usage.cached ?? 0),
        cache_read_input_tokens: usage.cached ?? 0,
        output_tokens: usage.output,
      },
    };
  },

  frames(reply, seen) {
    const event = (type: string, fields: object): string => frame({ type, ...fields }, type);
    const usage = reply.usage ?? USAGE;
    const out = [
      event("message_start", {
        message: {
          id: "msg_1",
          model: seen.model,
          content: [],
          usage: {
            input_tokens: usage.input - (usage.cached ?? 0),
            cache_read_input_tokens: usage.cached ?? 0,
            output_tokens: 1,
          },
        },
      }),
      event("ping", {}),
    ];
    let index = 0;
    const block = (start: object, deltas: object[]): void => {
      out.push(event("content_block_start", { index, content_block: start }));
      for (const delta of deltas) out.push(event("content_block_delta", { index, delta }));
      out.push(event("content_block_stop", { index }));
      index++;
    };
    if (reply.reasoning !== undefined) {
      block({ type: "thinking", thinking: "" }, [
        ...pieces(reply.reasoning, 4).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: "sig" },
      ]);
    }
    if (reply.text !== undefined && isOutput(seen)) {
      block(
        { type: "tool_use", id: "toolu_out", name: "respond", input: {} },
        pieces(reply.text, 5).map((partial_json) => ({ type: "input_json_delta", partial_json })),
      );
    } else if (reply.text !== undefined) {
      block(
        { type: "text", text: "" },
        pieces(reply.text, reply.piece ?? 3).map((text) => ({ type: "text_delta", text })),
      );
    }
    for (const call of reply.toolCalls ?? []) {
      block(
        { type: "tool_use", id: call.id, name: call.name, input: {} },
        pieces(JSON.stringify(call.args), 5).map((partial_json) => ({
          type: "input_json_delta",
          partial_json,
        })),
      );
    }
    out.push(
      event("message_delta", {
        delta: { stop_reason: stopReason(reply, seen) },
        usage: { output_tokens: usage.output },
      }),
      event("message_stop", {}),
    );
    return out;
  },

  error: (kind) => ERRORS[kind],

  errorFrame: (kind) => frame(ERRORS[kind].body, "error"),
};

function isOutput(seen: Seen): boolean {
  return object(seen.body.tool_choice).name === "respond" && object(seen.body.tool_choice).type === "tool";
}

/** A forced tool carries the answer, as long as it is JSON; a model that writes nonsense writes it as text. */
function textBlock(text: string, seen: Seen): unknown {
  if (isOutput(seen)) {
    try {
      return { type: "tool_use", id: "toolu_out", name: "respond", input: JSON.parse(text) };
    } catch {
      return { type: "text", text };
    }
  }
  return { type: "text", text };
}

function stopReason(reply: Reply, seen: Seen): string {
  return reply.toolCalls !== undefined || isOutput(seen) ? "tool_use" : STOP[reply.finish ?? "stop"];
}
