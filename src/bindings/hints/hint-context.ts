/** What a hint's meaning depends on beside its text. */
import type { PythonType, TypeVariable } from "../model/python-model.js";
import type { ModuleScope } from "../source/module-scope.js";
import type { Project } from "../source/project.js";

/** How classes, aliases and type variables of the project are found. */
export interface Names {
  /** The class or alias that a name of a module stands for, or the type a name is an alias of. */
  declared(module: ModuleScope, name: string, args: readonly PythonType[]): PythonType | undefined;
  /** The `TypeVar(…)` that a name of a module is bound to. */
  variable(module: ModuleScope, name: string): TypeVariable | undefined;
}

/** Where a hint stands. */
export interface HintContext {
  readonly project: Project;
  readonly names: Names;
  readonly module: ModuleScope;
  /** What `[T]` and `Generic[T]` around the hint bind. */
  readonly variables: ReadonlyMap<string, TypeVariable>;
  /** `Self`, and the class's own name. */
  readonly self: PythonType | undefined;
  /** Classes nested in the one around the hint. */
  readonly nested?: ReadonlyMap<string, PythonType>;
  /** Told of every type variable that `variables` does not hold (PEP 484 declares none at the function). */
  readonly foundVariable?: (variable: TypeVariable) => void;
}
