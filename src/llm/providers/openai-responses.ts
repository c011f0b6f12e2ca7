/** OpenAI, the responses protocol: what its newest reasoning models are made for. */
import type { Assembler } from "../assembler.js";
import type { ChatRequest, ContentPart, Message, ToolChoice } from "../messages.js";
import {
  arrayOf,
  base64Of,
  ErrorInBody,
  type EventReader,
  MalformedBody,
  numberOf,
  objectOf,
  type Provider,
  parseEvent,
  textOf,
  type WireRequest,
} from "./provider.js";

const NAME = "openai-responses";

export const openaiResponses: Provider = {
  name: NAME,
  baseUrl: "https://api.openai.com/v1",
  keyVariables: ["OPENAI_API_KEY"],
  keyRequired: true,
  structured: "schema",
  headers: (endpoint) => ({ authorization: `Bearer ${endpoint.apiKey}` }),
  encode,
  decode,
  reader,
};

function encode(request: ChatRequest, stream: boolean): WireRequest {
  const body: Record<string, unknown> = {
    model: request.model,
    input: request.messages.flatMap(encodeMessage),
    // The conversation is ours: nothing is kept at the provider, reasoning comes back encrypted.
    store: false,
  };
  if (stream) body.stream = true;
  if (request.maxTokens !== undefined) body.max_output_tokens = request.maxTokens;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.reasoningEffort !== undefined) {
    body.reasoning = { effort: request.reasoningEffort, summary: "auto" };
    body.include = ["reasoning.encrypted_content"];
  }
  if (request.tools.length > 0) {
    body.tools = request.tools.map((tool) => ({ type: "function", strict: false, ...tool }));
    if (request.toolChoice !== undefined) body.tool_choice = encodeChoice(request.toolChoice);
  }
  if (request.output !== undefined) {
    body.text = {
      format: {
        type: "json_schema",
        name: request.output.name,
        schema: request.output.schema,
        strict: true,
      },
    };
  }
  if (request.extraBody !== undefined) Object.assign(body, request.extraBody);
  return { path: "/responses", body };
}

function encodeChoice(choice: ToolChoice): unknown {
  return typeof choice === "object" ? { type: "function", name: choice.name } : choice;
}

function encodeMessage(message: Message): unknown[] {
  switch (message.role) {
    case "system":
      return [message];
    case "user":
      return [
        {
          role: "user",
          content: typeof message.content === "string" ? message.content : message.content.map(encodePart),
        },
      ];
    case "tool":
      return [{ type: "function_call_output", call_id: message.toolCallId, output: message.content }];
    case "assistant": {
      if (message.providerData?.provider === NAME) return [...arrayOf(message.providerData.content)];
      const items: unknown[] =
        message.content === "" ? [] : [{ role: "assistant", content: message.content }];
      for (const call of message.toolCalls ?? []) {
        items.push({
          type: "function_call",
          call_id: call.id,
          name: call.name,
          arguments: call.argsText === "" ? "{}" : call.argsText,
        });
      }
      return items;
    }
  }
}

function encodePart(part: ContentPart): unknown {
  if (part.type === "text") return { type: "input_text", text: part.text };
  const url = "url" in part ? part.url : `data:${part.mediaType};base64,${base64Of(part.data)}`;
  return { type: "input_image", image_url: url };
}

function decode(value: unknown, into: Assembler): void {
  const body = objectOf(value);
  if (body.error) throw new ErrorInBody(body);
  if (!Array.isArray(body.output)) throw new MalformedBody("the answer has no output");
  for (const [index, value] of body.output.entries()) {
    const item = objectOf(value);
    if (item.type === "message") {
      for (const value of arrayOf(item.content)) {
        const part = objectOf(value);
        if (part.type === "output_text") into.addText(textOf(part.text));
        else if (part.type === "refusal") into.refusal += textOf(part.refusal);
      }
    } else if (item.type === "reasoning") {
      for (const part of arrayOf(item.summary)) into.addReasoning(textOf(objectOf(part).text));
    } else if (item.type === "function_call") {
      into.addToolCall(index, {
        id: textOf(item.call_id),
        name: textOf(item.name),
        args: textOf(item.arguments),
      });
    }
  }
  finish(body, into);
}

function finish(body: Record<string, unknown>, into: Assembler): void {
  into.raw = body;
  into.id = textOf(body.id);
  into.model = textOf(body.model);
  const output = arrayOf(body.output);
  if (output.some((item) => objectOf(item).type === "reasoning")) {
    into.providerData = { provider: NAME, content: output };
  }
  const usage = objectOf(body.usage);
  into.addUsage({
    input: numberOf(usage.input_tokens),
    output: numberOf(usage.output_tokens),
    cached: numberOf(objectOf(usage.input_tokens_details).cached_tokens),
    reasoning: numberOf(objectOf(usage.output_tokens_details).reasoning_tokens),
  });
  const why = objectOf(body.incomplete_details).reason;
  if (why === "max_output_tokens") into.finishReason = "length";
  else if (why === "content_filter") into.finishReason = "content-filter";
  else into.finishReason = into.hasToolCalls ? "tool-calls" : "stop";
  into.ended = true;
}

function reader(into: Assembler): EventReader {
  return (_event, data) => {
    if (data === "[DONE]") return;
    const body = parseEvent(data);
    switch (body.type) {
      case "response.output_text.delta":
        into.addText(textOf(body.delta));
        return;
      case "response.reasoning_summary_text.delta":
        into.addReasoning(textOf(body.delta));
        return;
      case "response.refusal.delta":
        into.refusal += textOf(body.delta);
        return;
      case "response.output_item.added": {
        const item = objectOf(body.item);
        if (item.type === "function_call") {
          into.addToolCall(numberOf(body.output_index) ?? 0, {
            id: textOf(item.call_id),
            name: textOf(item.name),
          });
        }
        return;
      }
      case "response.function_call_arguments.delta":
        into.addToolCall(numberOf(body.output_index) ?? 0, { args: textOf(body.delta) });
        return;
      case "response.completed":
      case "response.incomplete":
        finish(objectOf(body.response), into);
        return;
      case "response.failed":
        throw new ErrorInBody(objectOf(body.response));
      case "error":
        throw new ErrorInBody({ error: body });
    }
  };
}
