/** Source that is not Python 3: a clear message with its place, and everything else still read. */
import { describe, expect, test } from "vitest";
import { NodeKind } from "../../../src/analyzer/syntax/index.js";
import { checkTree, outline, parseText, problemsOf } from "./parsing.js";

function functionNames(source: string): string[] {
  const tree = parseText(source);
  const names: string[] = [];
  tree.walk(tree.root, (node) => {
    if (tree.kind(node) === NodeKind.FunctionDef) names.push(tree.name(node));
    return true;
  });
  return names;
}

describe("a message says what is wrong and where", () => {
  test.each([
    ["x = (1,\ndef f(): pass\n", `'(' is never closed at "("`],
    ["x = [1\n", `'[' is never closed at "["`],
    ["x = )\n", `expected an expression, found ')' at ")"`],
    ["x = (1]\n", `expected ')', found ']' at "]"`],
    ["if x\n    y\n", `expected ':', found the end of the line at "\\n"`],
    ["if x:\ny\n", `expected an indented block, found a name at "y"`],
    ["x\n  y\n", `unexpected indent at ""`],
    ["if x:\n    y\n  z\n", `this indentation matches no line above at ""`],
    [
      "if x:\n        y\n\tz\n",
      'tabs and spaces are mixed so that the indentation depends on the width of a tab at ""',
    ],
    ["x = 'abc\n", `this string is not closed at "'abc"`],
    ['x = """abc\n', `this string is not closed at "\\"\\"\\"abc\\n"`],
    ['f"{x"\n', `this string is not closed at "\\""`],
    ['f"a}b"\n', `a single '}' in an f-string is written '}}' at ""`],
    ['f"{x!z}"\n', `a conversion is one of !s, !r and !a at "z"`],
    ["print 'x'\n", `'print' is a function in Python 3; put its arguments in parentheses at "'x'"`],
    ["exec code\n", `'exec' is a function in Python 3; put its arguments in parentheses at "code"`],
    ["x = 0777\n", `an integer cannot have leading zeros; write 0o for an octal number at "0777"`],
    ["x = 10L\n", `this is neither a number nor a name at "10L"`],
    ["x = 0x\n", `this number has no digits at "0x"`],
    ["f() = 1\n", `the result of a call cannot be assigned to at "f()"`],
    ["a, 1 = x\n", `a literal cannot be assigned to at "1"`],
    ["del f()\n", `the result of a call cannot be deleted at "f()"`],
    ["f(a=1, b)\n", `a positional argument follows a keyword argument at "b"`],
    ["f(x for x in y, 1)\n", `a generator beside other arguments needs parentheses at "x for x in y"`],
    ["def f(a=1, b): pass\n", `a parameter without a default follows one with a default at "b"`],
    ["def f(*): pass\n", `a parameter must follow '*' at "*"`],
    ["(*a)\n", `'*' can stand only in a list, a tuple or a call at "(*a"`],
    ["try:\n    x\ny\n", `expected 'except' or 'finally', found a name at "y"`],
    [
      "try:\n    x\nexcept a, b as c:\n    y\n",
      `several exception types before 'as' need parentheses at "a, b"`,
    ],
    [
      "try:\n    x\nexcept a:\n    y\nexcept* b:\n    z\n",
      `'except' and 'except*' cannot handle the same 'try' at "except"`,
    ],
    ["type X[] = int\n", `expected a type parameter, found ']' at "]"`],
    ["class\n", `expected a name, found the end of the line at "\\n"`],
    ["import\n", `expected a name, found the end of the line at "\\n"`],
    ["x = 1 +\n", `expected an expression, found the end of the line at "\\n"`],
    ["x y\n", `expected the end of the line, found a name at "y"`],
    ["x = a ? b : c\n", `'?' (U+003F) has no meaning here at "?"`],
    ["x = “a”\n", `a name cannot contain '“' (U+201C) at "“a”"`],
    ["x = a\u00a0+ b\n", `a name cannot contain U+00A0 at "\u00a0"`],
    ["x = \\ y\n", `nothing may follow a line continuation '\\' at "\\\\"`],
    ["x = 1 \\", `the file ends behind a line continuation '\\' at "\\\\"`],
    ["x\0\n", `the source contains a null byte at "\\u0000"`],
    ["'a' b'c'\n", `bytes and text cannot be joined at "'a' b'c'"`],
    ["match x:\n    y\n", `expected 'case', found a name at "y"`],
    ["x == not y\n", `'not' behind an operator needs parentheses at "not"`],
  ])("%j", (source, expected) => {
    expect(problemsOf(source)[0]).toBe(expected);
  });
});

describe("one mistake hides nothing else", () => {
  test.each([
    ["a bracket that is not closed", "x = foo(1, [2\n\ndef g():\n    pass\n"],
    ["a header that does not parse", "def f(:\n    def g():\n        pass\n"],
    ["a statement inside a function", "def f():\n    x = = 1\n    def g(): pass\n"],
    ["an indent too many", "x = 1\n    y = 2\n    def g(): pass\n"],
    ["a dedent that matches nothing", "if a:\n        x\n    y\ndef g(): pass\n"],
    ["a string that is not closed", "x = 'abc\ndef g(): pass\n"],
    ["an f-string that is not closed", "x = f'{a\ndef g(): pass\n"],
    ["a match without cases", "match x:\n    def g(): pass\n"],
    ["a case that does not parse", "match x:\n    case 1 +:\n        def g(): pass\n"],
    ["a decorator without function", "@a\nx = 1\ndef g(): pass\n"],
    ["an else without if", "x = 1\nelse:\n    def g(): pass\n"],
    ["Python 2", "print 'x'\ndef g(): pass\nraise A, 'b'\n"],
  ])("%s", (_, source) => {
    const tree = parseText(source);
    expect(tree.problems.length).toBeGreaterThan(0);
    checkTree(tree, Buffer.byteLength(source));
    expect(functionNames(source)).toContain("g");
  });

  test("the broken statement is an Error node, its neighbours are whole", () => {
    expect(outline(parseText("a = 1\nb = = 2\nc = 3\n"))).toBe(
      "Module(Assign(Name Constant) Error Assign(Name Constant))",
    );
    expect(outline(parseText("a; b c\n"))).toBe("Module(Expr(Name) Expr(Name) Error)");
    expect(outline(parseText("while a b:\n    c\n"))).toBe("Module(Error(Block(Expr(Name))))");
  });
});

describe("10,000 levels deep", () => {
  const N = 10_000;
  const indented = Array.from({ length: 1_000 }, (_, i) => `${" ".repeat(i)}if a:\n`).join("");

  test.each([
    ["parentheses", `${"(".repeat(N)}a${")".repeat(N)}`],
    ["lists", `${"[".repeat(N)}${"]".repeat(N)}`],
    ["calls", `${"f(".repeat(N)}${")".repeat(N)}`],
    ["subscripts", `${"a[".repeat(N)}b${"]".repeat(N)}`],
    ["comprehensions", `${"[x for x in ".repeat(N)}y${"]".repeat(N)}`],
    ["lambdas", `${"lambda: ".repeat(N)}a`],
    ["powers", `${"a**".repeat(N)}a`],
    ["f-strings", `${'f"{'.repeat(N)}x${'}"'.repeat(N)}`],
    ["formats", `f"${"{x:".repeat(N)}${"}".repeat(N)}"`],
    ["targets", `for ${"(".repeat(N)}a${")".repeat(N)} in b: pass`],
    ["patterns", `match x:\n case ${"[".repeat(N)}${"]".repeat(N)}: pass`],
    ["class patterns", `match x:\n case ${"A(".repeat(N)}${")".repeat(N)}: pass`],
    ["blocks", `${indented}${" ".repeat(1_000)}b`],
  ])("%s are reported and the next statement is read", (_, source) => {
    const tree = parseText(`${source}\nlast()\n`);
    checkTree(tree, source.length + "\nlast()\n".length);
    expect(tree.problems.length).toBeGreaterThan(0);
    expect(tree.problems.map((problem) => problem.message).join()).toMatch(/more than \d+/);
    expect(outline(tree, tree.lastChild(tree.root))).toBe("Expr(Call(Name))");
  });

  test.each([
    ["not", `${"not ".repeat(N)}a`],
    ["signs", `${"-".repeat(N)}a`],
    ["conditionals", `${"a if b else ".repeat(N)}c`],
    ["attributes", `a${".b".repeat(N)}`],
    ["calls of calls", `a${"()".repeat(N)}`],
    ["sums", `a${" + a".repeat(N)}`],
    ["comparisons", `a${" < a".repeat(N)}`],
    ["elif", `if a: b\n${"elif a: b\n".repeat(N)}`],
    ["decorators", `${"@a\n".repeat(N)}def f(): pass`],
    ["strings", '"a" '.repeat(N)],
  ])("chains of %s are no problem", (_, source) => {
    const tree = parseText(`${source}\n`);
    checkTree(tree, source.length + 1);
    expect(tree.problems).toEqual([]);
  });
});
