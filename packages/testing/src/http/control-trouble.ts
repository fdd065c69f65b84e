/** Actions of the control API for what is hard to do by hand: a bad day at Telegram, doubled updates, a bot that stops. */
import { TestingError } from '../errors.js'
import type { Trouble } from '../playground/stream-events.js'
import type { ControlBody, ControlContext } from './control-context.js'
import { readInteger, readWord } from './control-input.js'

const troubles: readonly Trouble[] = ['none', 'too-many-requests', 'server-error', 'cut']

/** The actions by their names. */
export const troubleActions = {
  /** `{trouble?, delayMs?, sendsTwice?}`: changes what every call meets, and whether each update comes twice. */
  telegram({ conditions, bot }: ControlContext, body: ControlBody): object {
    const { trouble, delayMs, sendsTwice } = body
    conditions.change({
      ...(trouble !== undefined && { trouble: readWord(body, 'trouble', troubles) }),
      ...(delayMs !== undefined && { delayMs: readInteger(body, 'delayMs') }),
    })
    if (sendsTwice !== undefined) bot.updates.repeatsEach = sendsTwice === true
    return { trouble: conditions.trouble, delayMs: conditions.delayMs, sendsTwice: bot.updates.repeatsEach }
  },

  /** `{action}`: starts, stops or restarts the bot, where the server was given the means. */
  async bot({ botSwitch }: ControlContext, body: ControlBody): Promise<object> {
    const action = readWord(body, 'action', ['start', 'stop', 'restart'])
    if (botSwitch === undefined) {
      throw new TestingError(
        'BOT_NOT_OURS',
        'This server did not start the bot and cannot stop it. Stop it where it was started.',
      )
    }
    if (action !== 'start') await botSwitch.stop()
    if (action !== 'stop') await botSwitch.start()
    return { state: botSwitch.state }
  },
}
