/** Scopes and bindings of one file. */
export { Binding, bindScopes, MAX_DEPTH, Scope, type ScopeKind } from "./scopes.js";
