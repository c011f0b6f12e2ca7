/** Expressions that turn out to be the target of an assignment or of `del`. */
import { CONTEXT_SHIFT, Context, NodeKind } from "./node-kind.js";
import { ParserBase } from "./parser-base.js";

export abstract class TargetParser extends ParserBase {
  /** Marks an expression as assigned to; reports what cannot be. */
  protected store(node: number): void {
    this.mark(node, Context.Store);
  }

  /** Marks an expression as deleted; reports what cannot be. */
  protected delete(node: number): void {
    this.mark(node, Context.Del);
  }

  private mark(node: number, context: Context): void {
    switch (this.nodeKinds[node]) {
      case NodeKind.Starred:
        if (context === Context.Del) this.reject(node, context);
        else this.markAll(node, context);
        break;
      case NodeKind.Tuple:
      case NodeKind.List:
        this.markAll(node, context);
        break;
      case NodeKind.Name:
      case NodeKind.Attribute:
      case NodeKind.Subscript:
        this.nodeData[node]! |= context << CONTEXT_SHIFT;
        break;
      default:
        this.reject(node, context);
    }
  }

  private markAll(node: number, context: Context): void {
    this.nodeData[node]! |= context << CONTEXT_SHIFT;
    for (let child = this.firstChildren[node]!; child !== 0; child = this.nextSiblings[child]!)
      this.mark(child, context);
  }

  private reject(node: number, context: Context): void {
    const action = context === Context.Del ? "deleted" : "assigned to";
    const what = describeNode(this.nodeKinds[node]!);
    this.report(this.nodeStarts[node]!, this.nodeEnds[node]!, `${what} cannot be ${action}`);
  }
}

function describeNode(kind: NodeKind): string {
  switch (kind) {
    case NodeKind.Constant:
      return "a literal";
    case NodeKind.Call:
      return "the result of a call";
    case NodeKind.Compare:
      return "a comparison";
    case NodeKind.Lambda:
      return "a lambda";
    default:
      return "this expression";
  }
}
