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

const FINISH = { stop: "STOP", length: "MAX_TOKENS", "content-filter": "SAFETY" } as const;

function error(code: number, status: string, message: string): HttpError {
  return { status: code, body: { error: { code, message, status } } };
}

const ERRORS: Record<ErrorKind, HttpError> = {
  key: error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
  model: error(404, "NOT_FOUND", "models/nope is not found for API version v1beta"),
  context: error(
    400,
    "INVALID_ARGUMENT",
    "The input token count (1048577) exceeds the maximum number of tokens allowed",
  ),
  filter: error(400, "INVALID_ARGUMENT", "The request was blocked by the content policy"),
  rejected: error(400, "INVALID_ARGUMENT", "Invalid value at 'generation_config.temperature'"),
  rate: error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
  quota: error(402, "FAILED_PRECONDITION", "Billing account for this project is not open: payment required"),
  server: error(500, "INTERNAL", "An internal error has occurred"),
  overloaded: error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
};

export const geminiWire: Wire = {
  read(path, headers, body): Seen {
    const match = /^\/models\/([^:]+):(generateContent|streamGenerateContent)(\?alt=sse)?$/.exec(path);
    if (match === null) throw new Error(`no such path: ${path}`);
    const contents = list(body.contents);
    const parts = contents.flatMap((content) => list(content.parts));
    const config = object(body.generationConfig);
    const users = contents.filter((content) => content.role === "user");
    return {
      model: decodeURIComponent(match[1] as string),
      stream: match[2] === "streamGenerateContent",
      key: String(headers["x-goog-api-key"]),
      system: list(object(body.systemInstruction).parts)
        .map((part) => part.text)
        .join("\n\n"),
      user: list(users.at(-1)?.parts)
        .map((part) => part.text ?? "")
        .join(""),
      images: parts
        .filter((part) => part.inlineData !== undefined)
        .map((part) => ({
          mediaType: String(object(part.inlineData).mimeType),
          base64: String(object(part.inlineData).data),
        })),
      tools: list(body.tools).flatMap((tool) =>
        list(tool.functionDeclarations).map((declaration) => String(declaration.name)),
      ),
      toolResults: parts
        .filter((part) => part.functionResponse !== undefined)
        .map((part) => {
          const { name, response } = object(part.functionResponse);
          return { name: String(name), content: String(object(response).output ?? object(response).error) };
        }),
      schema: config.responseJsonSchema,
      maxTokens: config.maxOutputTokens as number | undefined,
      body,
    };
  },

  plain(reply, seen) {
    const parts: unknown[] = [];
    if (reply.reasoning !== undefined) parts.push({ text: reply.reasoning, thought: true });
    if (reply.text !== undefined) parts.push({ text: reply.text });
    for (const call of reply.toolCalls ?? []) {
      parts.push({ functionCall: { name: call.name, args: call.args } });
    }
    return body(parts, reply, seen, true);
  },

  frames(reply, seen) {
    const out: string[] = [];
    for (const text of pieces(reply.reasoning ?? "", 4)) {
      out.push(frame(body([{ text, thought: true }], reply, seen, false)));
    }
    for (const text of pieces(reply.text ?? "", reply.piece ?? 3)) {
      out.push(frame(body([{ text }], reply, seen, false)));
    }
    for (const call of reply.toolCalls ?? []) {
      const part = { functionCall: { name: call.name, args: call.args }, thoughtSignature: "c2ln" };
      out.push(frame(body([part], reply, seen, false)));
    }
    out.push(frame(body([{ text: "" }], reply, seen, true)));
    return out;
  },

  error: (kind) => ERRORS[kind],

  errorFrame: (kind) => frame(ERRORS[kind].body),
};

function body(parts: unknown[], reply: Reply, seen: Seen, last: boolean): unknown {
  const usage = reply.usage ?? USAGE;
  return {
    candidates: [
      {
        content: { role: "model", parts },
        ...(last ? { finishReason: FINISH[reply.finish ?? "stop"] } : {}),
        index: 0,
      },
    ],
    ...(last
      ? {
          usageMetadata: {
            promptTokenCount: usage.input,
            candidatesTokenCount: usage.output,
            cachedContentTokenCount: usage.cached ?? 0,
          },
        }
      : {}),
    modelVersion: seen.model,
    responseId: "gem-1",
  };
}
