/** What the keys of a dict are when it arrives, which decides between an object and a Map. */
import { plainType } from "../hints/plain-types.js";
import type { PythonType } from "../model/python-model.js";

/** `text`: always an object. `other`: a Map unless empty. `mixed`: either. */
export type KeyForm = "text" | "other" | "mixed";

export function keyForm(type: PythonType, isoDates: boolean): KeyForm {
  switch (type.kind) {
    case "plain":
      // The text of a datetime stands in a tagged tuple, which no object can have as a key until it is read.
      if (type.name === "object") return "mixed";
      if (type.name === "datetime") return isoDates ? "mixed" : "other";
      return plainType(type.name).key;
    case "literal":
      return typeof type.value === "string" ? "text" : "other";
    case "none":
    case "tuple":
    case "set":
    case "literal-bytes":
      return "other";
    case "union":
      return together(type.members.map((member) => keyForm(member, isoDates)));
    case "enum-member": {
      const { shape } = type.declaration;
      const member =
        shape.kind === "enum" ? shape.members.find(({ name }) => name === type.member) : undefined;
      return formOfValue(member?.value);
    }
    case "declared": {
      const { shape } = type.declaration;
      if (shape.kind === "enum")
        return shape.isFlag ? "other" : together(shape.members.map(({ value }) => formOfValue(value)));
      if (shape.kind === "record") return shape.flavor === "named-tuple" ? "other" : "mixed";
      return shape.kind === "class" ? "mixed" : keyForm(shape.target, isoDates);
    }
    default:
      return "mixed";
  }
}

function formOfValue(value: unknown): KeyForm {
  if (value === undefined) return "mixed";
  return typeof value === "string" ? "text" : "other";
}

function together(forms: readonly KeyForm[]): KeyForm {
  const [first = "mixed", ...rest] = forms;
  return rest.every((form) => form === first) ? first : "mixed";
}
