/**
 * The nodes of a tree. The first group has the names, the meaning and the positions of the classes in CPython's
 * `ast` module (3.15); the second group gives a place to what `ast` keeps in separate fields.
 *
 * Children stand in the order of the source. `[a, b?]` below lists them, `= x` is what {@link SyntaxTree.data}
 * or a typed accessor holds.
 */
export enum NodeKind {
  /** No node. */
  None = 0,

  // Module and statements
  /** [statements…] */
  Module,
  /** [Decorator…, type parameters…, Arguments, returns?, Block] = name */
  FunctionDef,
  /** As FunctionDef. */
  AsyncFunctionDef,
  /** [Decorator…, type parameters…, bases and keywords…, Block] = name */
  ClassDef,
  /** [value?] */
  Return,
  /** [targets…] */
  Delete,
  /** [targets…, value] */
  Assign,
  /** [Name, type parameters…, value] */
  TypeAlias,
  /** [target, value] = operator */
  AugAssign,
  /** [target, annotation, value?] = 1 if the target is a bare name */
  AnnAssign,
  /** [target, iterable, Block, Else?] */
  For,
  /** As For. */
  AsyncFor,
  /** [test, Block, Else?] */
  While,
  /** [test, Block, Else?]; `elif` is an If alone in the Else */
  If,
  /** [WithItem…, Block] */
  With,
  /** As With. */
  AsyncWith,
  /** [subject, MatchCase…] */
  Match,
  /** [exception?, cause?] */
  Raise,
  /** [Block, ExceptHandler…, Else?, Finally?] */
  Try,
  /** As Try, with `except*`. */
  TryStar,
  /** [test, message?] */
  Assert,
  /** [Alias…] = 1 if lazy (PEP 810) */
  Import,
  /** [ModuleName, Alias…] = level, + {@link LAZY_IMPORT} if lazy */
  ImportFrom,
  /** [Identifier…] */
  Global,
  /** [Identifier…] */
  Nonlocal,
  /** [value] */
  Expr,
  Pass,
  Break,
  Continue,

  // Expressions
  /** [values…] = And or Or */
  BoolOp,
  /** [Name, value] */
  NamedExpr,
  /** [left, right] = operator */
  BinOp,
  /** [operand] = operator */
  UnaryOp,
  /** [Arguments?, body] */
  Lambda,
  /** [body, test, orelse] */
  IfExp,
  /** [key, value or DictUnpack…] */
  Dict,
  /** [elements…] */
  Set,
  /** [element, Comprehension…] */
  ListComp,
  /** [element, Comprehension…] */
  SetComp,
  /** [key, value, Comprehension…], or with DictUnpack for both (PEP 798) */
  DictComp,
  /** [element, Comprehension…] */
  GeneratorExp,
  /** [value] */
  Await,
  /** [value?] */
  Yield,
  /** [value] */
  YieldFrom,
  /** [left, right] = operator, or a chain [left, ComparePart…] = 0 */
  Compare,
  /** [function, arguments and Keyword…] */
  Call,
  /** [value, format?] = conversion character or 0 */
  FormattedValue,
  /** As FormattedValue, in a t-string (PEP 750). */
  Interpolation,
  /** [Constant or FormattedValue…] */
  JoinedStr,
  /** [Constant or Interpolation…] */
  TemplateStr,
  /** = {@link ConstantKind} */
  Constant,
  /** [value] = attribute name and context */
  Attribute,
  /** [value, slice] = context */
  Subscript,
  /** [value] = context */
  Starred,
  /** = name and context */
  Name,
  /** [elements…] = context */
  List,
  /** [elements…] = context */
  Tuple,
  /** [lower?, upper?, step?] = {@link SlicePart} bits */
  Slice,

  // What statements and expressions are made of
  /** [target, iterable, conditions…] = 1 if async */
  Comprehension,
  /** [type?, Block] = name or 0 */
  ExceptHandler,
  /** [parameters, each followed by its default?…] */
  Arguments,
  /** One parameter [annotation?] = name. The five kinds are one class, `arg`, in `ast`. */
  PositionalOnlyArg,
  Arg,
  /** `*args` */
  VariadicArg,
  KeywordOnlyArg,
  /** `**kwargs` */
  KeywordsArg,
  /** [value] = name, 0 for `**value` */
  Keyword,
  /** [Identifier?] = dotted name; the child is the name after `as` */
  Alias,
  /** [context, target?] */
  WithItem,
  /** [pattern, guard?, Block] */
  MatchCase,

  // Patterns
  /** [value] */
  MatchValue,
  /** = {@link ConstantKind} */
  MatchSingleton,
  /** [patterns…] */
  MatchSequence,
  /** [key, pattern…] = name after `**` or 0 */
  MatchMapping,
  /** [class, patterns…, MatchKeyword…] */
  MatchClass,
  /** = name, 0 for `*_` */
  MatchStar,
  /** [pattern?] = name, 0 for `_` */
  MatchAs,
  /** [patterns…] */
  MatchOr,

  // Type parameters
  /** [bound?, TypeDefault?] = name */
  TypeVar,
  /** [TypeDefault?] = name */
  ParamSpec,
  /** [TypeDefault?] = name */
  TypeVarTuple,

  // Not in `ast`
  /** [statements…]: the body of a compound statement */
  Block,
  /** [statements…] after `else:`, or the If of an `elif` */
  Else,
  /** [statements…] after `finally:` */
  Finally,
  /** [expression] from the `@` on */
  Decorator,
  /** [value] of `**value` in a dict */
  DictUnpack,
  /** [operand] = operator: a further link of a comparison chain */
  ComparePart,
  /** [pattern] = attribute name */
  MatchKeyword,
  /** [expression] after the `=` of a type parameter */
  TypeDefault,
  /** = dotted name without the leading dots, 0 if there is none */
  ModuleName,
  /** = name */
  Identifier,
  /** [Block?]: source that does not parse; the block below it is still read */
  Error,
}

/** What an assignment does to a name, attribute, item, list or tuple. */
export enum Context {
  Load = 0,
  Store,
  Del,
}

/** The type of a constant. */
export enum ConstantKind {
  None = 1,
  False,
  True,
  Ellipsis,
  Int,
  Float,
  Complex,
  Str,
  Bytes,
}

/** Operators, by their names in `ast`. */
export enum Operator {
  /** A chain of comparisons: each of its links has its own. */
  Chain = 0,
  Add,
  Sub,
  Mult,
  MatMult,
  Div,
  Mod,
  Pow,
  LShift,
  RShift,
  BitOr,
  BitXor,
  BitAnd,
  FloorDiv,
  And,
  Or,
  Invert,
  Not,
  UAdd,
  USub,
  Eq,
  NotEq,
  Lt,
  LtE,
  Gt,
  GtE,
  Is,
  IsNot,
  In,
  NotIn,
}

/** Which parts of a slice are there. */
export enum SlicePart {
  Lower = 1,
  Upper = 2,
  Step = 4,
}

/** Bit of an ImportFrom's data beside its level. */
export const LAZY_IMPORT = 1 << 24;

/** The context of an expression is kept above its name id. */
export const CONTEXT_SHIFT = 28;

/** Mask of the name id in the data of a Name or Attribute. */
export const NAME_MASK = (1 << CONTEXT_SHIFT) - 1;
