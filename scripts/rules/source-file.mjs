/** What a source file imports and does, read from its syntax tree. Pure: takes text, does no I/O. */
import ts from 'typescript'

/**
 * @typedef {{ path: string, text: string }} SourceFile path from the repository's root, with `/`
 * @typedef {{ specifier: string, kind: 'static' | 'type' | 'dynamic', line: number }} Import
 */

/** Whether a file is a test, a type test, or what tests are made of. Such files may do what they need. @param {string} path */
export function isTest(path) {
  return /\.(test|test-d|fixture)\.ts$|\/test\//.test(path)
}

/** Every import of a file: statements, re-exports, `import()` of values and of types. @param {SourceFile} file @returns {Import[]} */
export function importsOf(file) {
  const imports = []
  visit(file, (node, line) => {
    const found = importAt(node)
    if (found) imports.push({ ...found, line })
  })
  return imports
}

/** Calls back for every node of the file's syntax tree. @param {SourceFile} file @param {(node: ts.Node, line: number) => void} onNode */
export function visit(file, onNode) {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  const walk = (node) => {
    onNode(node, tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1)
    ts.forEachChild(node, walk)
  }
  walk(tree)
}

function importAt(node) {
  if (ts.isImportDeclaration(node)) {
    return { specifier: node.moduleSpecifier.text, kind: node.importClause?.isTypeOnly ? 'type' : 'static' }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? 'type' : 'static' }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: node.argument.literal.text, kind: 'type' }
  }
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  if (isDynamic && ts.isStringLiteralLike(node.arguments[0])) {
    return { specifier: node.arguments[0].text, kind: 'dynamic' }
  }
}
