/** The public surface of every package as a report in git, made of its built types: a change shows in a review. `node scripts/api-reports.mjs --write` brings the reports up to date. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { buildPackages } from './build.mjs'
import { runScript } from './progress.mjs'
import { notesDirectory, readPackages, root } from './workspace.mjs'

/** Reports that are not what the built types say. @returns {string[]} */
export function checkApiReports() {
  return entries().flatMap(({ package: one, types, report }) => {
    const now = reportOf(one, types, report)
    const kept = existsSync(report) ? readFileSync(report, 'utf8') : ''
    if (now === kept) return []
    return [
      `${relative(root, report)} is not what the package exports now:\n${difference(kept, now)}\nIf that is meant, run: node scripts/api-reports.mjs --write`,
    ]
  })
}

/** Every entry of every package that has types. */
function entries() {
  return readPackages()
    .filter(({ manifest }) => !manifest.private)
    .flatMap((one) =>
      Object.entries(one.manifest.exports ?? {})
        .filter(([, target]) => target.types !== undefined)
        .map(([entry, target]) => ({
          package: one,
          types: join(one.directory, target.types),
          report: join(one.directory, 'api', `${entry === '.' ? 'index' : entry.slice(2)}.api.md`),
        })),
    )
}

function reportOf(one, types, report) {
  const folder = join(notesDirectory, 'api')
  mkdirSync(folder, { recursive: true })
  const reportFileName = `${one.name.replaceAll(/[@/]/g, '_')}-${report.split(/[\\/]/).at(-1).replace('.api.md', '')}`
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(one.directory, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: one.directory,
      mainEntryPointFilePath: types,
      compiler: { overrideTsconfig },
      apiReport: { enabled: true, reportFolder: folder, reportTempFolder: folder, reportFileName },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
  Extractor.invoke(config, { localBuild: true, messageCallback: quiet })
  return readFileSync(join(folder, `${reportFileName}.api.md`), 'utf8')
}

const overrideTsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  },
}

/** It says that our TypeScript is another one than its own, at every entry. */
function quiet(message) {
  if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true
}

/** The lines that came and went; a report is sorted, so that their order says little. */
function difference(kept, now) {
  const before = new Set(kept.split('\n'))
  const after = new Set(now.split('\n'))
  return [
    ...[...before].filter((line) => !after.has(line)).map((line) => `- ${line}`),
    ...[...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`),
  ].join('\n')
}

function writeApiReports() {
  for (const { package: one, types, report } of entries()) {
    const now = reportOf(one, types, report)
    mkdirSync(dirname(report), { recursive: true })
    if (existsSync(report) && readFileSync(report, 'utf8') === now) continue
    writeFileSync(report, now)
    console.log(`written: ${relative(root, report)}`)
  }
  rmSync(join(notesDirectory, 'api'), { recursive: true, force: true })
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await buildPackages()
    if (process.argv.includes('--write')) writeApiReports()
    const complaints = checkApiReports()
    for (const complaint of complaints) console.log(complaint)
    return complaints.length === 0 ? 0 : 1
  })
}
