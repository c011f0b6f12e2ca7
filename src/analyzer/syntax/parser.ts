/** Source to tree. One parser per thread: its buffers are kept from file to file. */
import { StatementParser } from "./statement-parser.js";
import { SyntaxTree } from "./tree.js";
import { treeArrays, treeBytes } from "./tree-layout.js";

class Parser extends StatementParser {
  /** Parses UTF-8 bytes without a byte order mark. */
  parse(source: Uint8Array): SyntaxTree {
    this.lexer.open(source);
    this.nodeCount = 0;
    return this.pack(this.module());
  }

  /** Copies the nodes, names and comments of the file out of the working buffers. */
  private pack(root: number): SyntaxTree {
    const { nodeCount: count, lexer } = this;
    const { names, commentCount, log } = lexer;
    const nodes = count + 1;
    const nameBytes = names.offsets[names.count + 1]!;
    const size = { count, nameCount: names.count, nameBytes, commentCount };
    const buffer = new ArrayBuffer(treeBytes(size));
    const arrays = treeArrays(buffer, size);
    arrays.kinds.set(this.nodeKinds.subarray(0, nodes));
    arrays.starts.set(this.nodeStarts.subarray(0, nodes));
    arrays.ends.set(this.nodeEnds.subarray(0, nodes));
    arrays.data.set(this.nodeData.subarray(0, nodes));
    arrays.firstChildren.set(this.firstChildren.subarray(0, nodes));
    arrays.nextSiblings.set(this.nextSiblings.subarray(0, nodes));
    arrays.nameOffsets.set(names.offsets.subarray(0, names.count + 2));
    arrays.namePool.set(names.pool.subarray(0, nameBytes));
    arrays.comments.set(lexer.comments.subarray(0, commentCount));
    return new SyntaxTree({ root, size, buffer, problems: log.problems });
  }
}

let shared: Parser | undefined;

/**
 * The tree of Python source.
 * @param source - UTF-8 bytes without a byte order mark, as {@link decodeSource} gives them; not changed and not kept
 */
export function parseBytes(source: Uint8Array): SyntaxTree {
  shared ??= new Parser();
  return shared.parse(source);
}
