import { chatWire } from "./chat.js";
import { frame, fromDataUrl, list, object, pieces, type Reply, type Seen, USAGE, type Wire } from "./wire.js";

export const responsesWire: Wire = {
  read(path, headers, body): Seen {
    if (path !== "/responses") throw new Error(`no such path: ${path}`);
    const input = list(body.input);
    const user = input.filter((item) => item.role === "user").at(-1)?.content;
    const parts = input.flatMap((item) => list(item.content));
    const calls = input.filter((item) => item.type === "function_call");
    return {
      model: String(body.model),
      stream: body.stream === true,
      key: String(headers.authorization ?? "").replace("Bearer ", ""),
      system: input
        .filter((item) => item.role === "system")
        .map((item) => item.content)
        .join("\n\n"),
      user:
        typeof user === "string"
          ? user
          : list(user)
              .map((part) => part.text ?? "")
              .join(""),
      images: parts.filter((part) => part.type === "input_image").map((part) => fromDataUrl(part.image_url)),
      tools: list(body.tools).map((tool) => String(tool.name)),
      toolResults: input
        .filter((item) => item.type === "function_call_output")
        .map((item) => ({
          name: String(calls.find((call) => call.call_id === item.call_id)?.name),
          content: String(item.output),
        })),
      schema: object(object(body.text).format).schema,
      maxTokens: body.max_output_tokens as number | undefined,
      body,
    };
  },

  plain: (reply, seen) => response(reply, seen),

  frames(reply, seen) {
    const event = (type: string, fields: object): string => frame({ type, ...fields }, type);
    const out = [event("response.created", { response: { id: "resp_1", status: "in_progress" } })];
    for (const delta of pieces(reply.reasoning ?? "", 4)) {
      out.push(event("response.reasoning_summary_text.delta", { output_index: 0, delta }));
    }
    for (const delta of pieces(reply.text ?? "", reply.piece ?? 3)) {
      out.push(event("response.output_text.delta", { output_index: 1, delta }));
    }
    for (const [index, call] of (reply.toolCalls ?? []).entries()) {
      const item = { type: "function_call", call_id: call.id, name: call.name, arguments: "" };
      out.push(event("response.output_item.added", { output_index: index + 2, item }));
      for (const delta of pieces(JSON.stringify(call.args), 5)) {
        out.push(event("response.function_call_arguments.delta", { output_index: index + 2, delta }));
      }
    }
    const end = reply.finish === undefined || reply.finish === "stop" ? "completed" : "incomplete";
    out.push(event(`response.${end}`, { response: response(reply, seen) }));
    return out;
  },

  error: (kind) => chatWire.error(kind),

  errorFrame(kind) {
    const { error } = object(chatWire.error(kind).body);
    return kind === "server"
      ? frame(
          { type: "response.failed", response: { id: "resp_1", status: "failed", error } },
          "response.failed",
        )
      : frame({ ...object(error), type: "error" }, "error");
  },
};

function response(reply: Reply, seen: Seen): unknown {
  const usage = reply.usage ?? USAGE;
  const output: unknown[] = [];
  if (reply.reasoning !== undefined) {
    output.push({
      type: "reasoning",
      id: "rs_1",
      summary: [{ type: "summary_text", text: reply.reasoning }],
    });
  }
  if (reply.text !== undefined) {
    output.push({ type: "message", role: "assistant", content: [{ type: "output_text", text: reply.text }] });
  }
  for (const call of reply.toolCalls ?? []) {
    output.push({
      type: "function_call",
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.args),
    });
  }
  const cut = { length: "max_output_tokens", "content-filter": "content_filter", stop: undefined }[
    reply.finish ?? "stop"
  ];
  return {
    id: "resp_1",
    model: seen.model,
    status: cut === undefined ? "completed" : "incomplete",
    incomplete_details: cut === undefined ? null : { reason: cut },
    output,
    usage: {
      input_tokens: usage.input,
      output_tokens: usage.output,
      input_tokens_details: { cached_tokens: usage.cached ?? 0 },
    },
  };
}
