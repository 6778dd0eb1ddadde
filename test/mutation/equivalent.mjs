// A Stryker plugin that ignores two kinds of mutants that no test can notice. Single cases have a comment in the code:
// `// Stryker disable next-line MUTATOR: reason`.

export const strykerPlugins = [{ kind: 'Ignore', name: 'equivalent', value: { shouldIgnore } }];

function shouldIgnore(path) {
  if (isExhaustiveDefault(path)) return 'the types leave no other case';
  if (returnsUndefinedAtEnd(path)) return 'a function that ends without a value returns undefined';
  return undefined;
}

/** `default: return assertNever(x);`, or `unreachable`. */
function isExhaustiveDefault({ node }) {
  if (node.type !== 'SwitchCase' || node.test !== null || node.consequent.length !== 1) return false;
  const [statement] = node.consequent;
  const call = statement.argument ?? statement.expression;
  return call?.type === 'CallExpression' && ['assertNever', 'unreachable'].includes(call.callee.name);
}

/** The block of `catch { return undefined; }` if nothing follows it in its function. */
function returnsUndefinedAtEnd({ node, parent, parentPath }) {
  if (node.type !== 'BlockStatement' || parent?.type !== 'CatchClause' || node.body.length !== 1) return false;
  const [statement] = node.body;
  if (statement.type !== 'ReturnStatement' || statement.argument?.name !== 'undefined') return false;
  const tryStatement = parentPath.parentPath;
  const body = tryStatement.parentPath;
  return body.node.body?.at(-1) === tryStatement.node && body.parentPath.isFunction();
}
