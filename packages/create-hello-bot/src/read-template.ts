/** Reads the templates that the build put beside the program. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Template } from './choices.js'
import type { InstallRules } from './install-files.js'
import type { Files } from './project-files.js'

/** The templates as they are on the disk. */
export interface TemplateFolder {
  /** The files of one. */
  read(template: Template): Files
  /** What their package managers must know. */
  readonly installRules: InstallRules
}

/** @param directory where the build wrote them */
export function openTemplates(directory: string): TemplateFolder {
  return {
    read: (template) => readFolder(join(directory, template)),
    installRules: JSON.parse(readFileSync(join(directory, 'install-rules.json'), 'utf8')) as InstallRules,
  }
}

function readFolder(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )
}
