import type { Plugin } from "rolldown";
import { parseAst } from "rolldown/parseAst";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Makes of a module's constants what any bundler leaves out if nobody uses them: `const a = b(C.D)` becomes
 * `const a = /* @__PURE__ *\/ (() => b(C.D))()`. That to evaluate them has no effect is what `"sideEffects": false`
 * in package.json says of a module as a whole, and here many have become one.
 */
export const markPure: Plugin = {
  name: "mark-pure",
  renderChunk(code, _chunk, _options, { magicString }) {
    if (magicString === undefined)
      throw new Error(
        "no magicString: it is experimental.nativeMagicString of rolldown's",
      );
    for (const statement of parseAst(code).body) {
      if (statement.type !== "VariableDeclaration") continue;
      for (const { id, init } of statement.declarations) {
        if (init === null || id.type !== "Identifier" || !computes(init))
          continue;
        // a class has its name from what it is assigned to
        const [before, after] =
          init.type === "ClassExpression"
            ? [`{ const ${id.name} = `, `; return ${id.name}; }`]
            : ["(", ")"];
        magicString.appendRight(init.start, `/* @__PURE__ */ (() => ${before}`);
        magicString.appendLeft(init.end, `${after})()`);
      }
    }
    return magicString;
  },
};

/** Whether a bundler has to suppose that to evaluate it does something: it calls, reads a property or spreads. */
function computes(node: Node): boolean {
  if (node.type.includes("Function")) return false;
  if (
    /^(Call|New|Member|TaggedTemplate)Expression$|^SpreadElement$/.test(
      node.type,
    )
  )
    return true;
  return Object.values(node)
    .flat()
    .some((child) => isNode(child) && computes(child));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
