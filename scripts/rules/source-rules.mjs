/** What the source of a package may not do, as STYLE.md's conventions have it. Pure: takes files, gives complaints. */
import { posix } from 'node:path'
import ts from 'typescript'
import { isTest, visit } from './source-file.mjs'

/** Names that say nothing about what a file is for. */
export const emptyNames = ['utils.ts', 'util.ts', 'helpers.ts', 'types.ts', 'common.ts']

/** The process belongs to the command line. */
export const processFiles = /^packages\/[^/]+\/src\/(cli\/|cli\.ts$)/

/** The one other file that reads the variables of the process: what is given none asks it. */
export const environmentFile = 'packages/core/src/config/environment.ts'

/** Parts of `process` that only the command line may touch: they belong to the whole program. */
export const processParts = ['env', 'exit', 'exitCode', 'on', 'once', 'abort', 'chdir']

/**
 * Complaints about the source files of packages; tests may do what they need.
 *
 * @param {import('./source-file.mjs').SourceFile[]} files
 * @returns {string[]}
 */
export function checkSources(files) {
  return files
    .filter(({ path }) => /^packages\/[^/]+\/src\//.test(path) && !isTest(path))
    .flatMap((file) => [...complaintsAboutFile(file), ...complaintsAboutCode(file)])
}

function complaintsAboutFile({ path, text }) {
  return [
    ...(emptyNames.includes(posix.basename(path))
      ? [`${path} says nothing by its name; name it after its main export`]
      : []),
    ...(/^(#!.*\n)?\/\*\*[\s\S]*?\*\//.test(text)
      ? []
      : [`${path}:1 does not open with a /** sentence */ that says what it is for`]),
  ]
}

function complaintsAboutCode(file) {
  const complaints = []
  visit(file, (node, line) => {
    const complaint = complaintAbout(node, file.path)
    if (complaint) complaints.push(`${file.path}:${line} ${complaint}`)
  })
  return complaints
}

function complaintAbout(node, path) {
  if (
    ts.isThrowStatement(node) &&
    ts.isNewExpression(node.expression) &&
    nameOf(node.expression.expression) === 'Error'
  ) {
    return 'throws a bare Error; throw one with a code'
  }
  if (processFiles.test(path) || !ts.isPropertyAccessExpression(node)) return undefined
  const owner = nameOf(node.expression)
  if (path === environmentFile && owner === 'process' && node.name.text === 'env') return undefined
  if (owner === 'console') return `uses console.${node.name.text}; take a logger`
  if (owner === 'process' && processParts.includes(node.name.text)) {
    return `uses process.${node.name.text}, which belongs to the command line; take it as an argument`
  }
}

function nameOf(node) {
  return ts.isIdentifier(node) ? node.text : undefined
}
