/** Objects that stay in Python, with the methods that a module's classes are known to have. */
import { Keep, type ResidentControls, type ResidentMembersOf } from "../../pool/index.js";
import type { Plan } from "./argument-plan.js";
import { pythonArguments } from "./call-arguments.js";
import type { ClassSpec, FunctionSpec } from "./function-spec.js";

export class Keeping {
  readonly #classes: readonly ClassSpec[];
  readonly #plans: readonly Plan[];

  constructor(classes: readonly ClassSpec[], plans: readonly Plan[]) {
    this.#classes = classes;
    this.#plans = plans;
  }

  /** How a result is kept of which a spec says `stays`; undefined: it is sent. */
  of(stays: FunctionSpec["stays"], when: Keep["when"]): Keep | undefined {
    if (stays === undefined) return undefined;
    const spec = stays === true ? undefined : this.#classes[stays];
    return new Keep(when, spec && this.#membersOf(spec));
  }

  #membersOf({ methods, attributes }: ClassSpec): ResidentMembersOf {
    return (name, resident) => {
      if (Object.hasOwn(attributes, name)) return this.#attribute(resident, name, attributes[name]);
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (method === undefined) return undefined;
      return (...given: readonly unknown[]) => {
        const { args, kwargs } = pythonArguments(method, given, this.#plans);
        if (method.kind === "stream") return resident.$stream(name, args, { ...(kwargs && { kwargs }) });
        return resident.$call(name, args, { ...(kwargs && { kwargs }), ...this.#option(method.stays) });
      };
    };
  }

  /** An attribute that is an object itself; read when it is awaited. */
  #attribute(resident: ResidentControls, name: string, stays: FunctionSpec["stays"]): PromiseLike<unknown> {
    const read = () => resident.$get(name, this.#option(stays));
    return {
      // biome-ignore lint/suspicious/noThenProperty: an attribute is read by awaiting it
      then: (onFulfilled, onRejected) => read().then(onFulfilled, onRejected),
    };
  }

  /** What is declared to be sent is sent: where it cannot be, that is an error and no reference. */
  #option(stays: FunctionSpec["stays"]): { readonly keep: Keep | false } {
    return { keep: this.of(stays, "unsendable") ?? false };
  }
}
