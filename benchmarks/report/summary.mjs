/** The figures that a change is judged by: Hello divided by the peer, at 32 in flight. What was not measured is null. Pure. */
import { ratio } from '../harness/statistics.mjs'

/**
 * @param {{ wholeJob?: object, parts?: object, growth?: object, startUp?: object }} results of the sections that were run
 */
export function summarize({ wholeJob, parts, growth, startUp }) {
  const at32 = peersAt32(wholeJob)
  const figure = (peer, name) => at32[peer]?.medians[name]
  const against = (peer, name) => rounded(ratio(figure('hello', name), figure(peer, name)))
  const hello = startUp?.find(({ name }) => name === 'hello')?.medians
  const dispatch = parts?.alone.dispatch.find(({ commands }) => commands === 200)
  return {
    ratios: {
      updatesPerSecond: Object.fromEntries(
        ['telegraf-pg', 'telegraf-sequelize', 'grammy-kysely', 'grammy-drizzle'].map((peer) => [
          peer,
          against(peer, 'updatesPerSecond'),
        ]),
      ),
      cpuPerUpdate: { floor: against('floor', 'cpuMicros') },
      p99: { 'telegraf-pg': against('telegraf-pg', 'p99Ms') },
      dispatch200: { telegraf: rounded(ratio(dispatch?.hello, dispatch?.telegraf)) },
      users1e6: rounded(usersRatio(growth)),
    },
    scopeMicros: rounded(parts && parts.alone.unit.unit + parts.alone.unit.scope),
    inboxShare: rounded(inboxShareOf(wholeJob)),
    startMs: rounded(hello?.firstAnswerMs),
    idleRssMb: rounded(hello?.idleRssMb),
  }
}

/** What an update costs the processor, of the bot and, where it is known, of the database. @param {{ cpuMicros: number, databaseMicros?: number }} medians */
export const costOf = ({ cpuMicros, databaseMicros = 0 }) => cpuMicros + databaseMicros

/** What the inbox takes of an update's CPU time, from rounds of one process with it and without. */
export function inboxShareOf(wholeJob) {
  const medians = peersAt32(wholeJob)['hello-without-inbox']?.medians
  return medians && 1 - medians.cpuMicros / medians.withInboxMicros
}

const peersAt32 = (wholeJob) => wholeJob?.settings.find(({ name }) => name === 'webhook-32')?.peers ?? {}

function usersRatio(growth) {
  const points = growth?.find(({ name }) => name === 'users')?.points ?? []
  const costAt = (users) => {
    const point = points.find(({ at }) => at === users)
    return point && costOf(point.medians)
  }
  return ratio(costAt(1e6), costAt(1e3))
}

/** Four digits that say something. */
function rounded(number) {
  return number === undefined ? null : Number(number.toPrecision(4))
}
