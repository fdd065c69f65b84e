/** The errors of conversations that are made in more than one place. */
import { PluginError } from '../errors.js'

/** Something in a definition is wrong. */
export const conversationInvalid = (message: string): PluginError =>
  new PluginError('CONVERSATION_INVALID', message)

/** A button outside of a question. */
export const conversationNotRunning = (text: string): PluginError =>
  new PluginError(
    'CONVERSATION_BUTTON',
    `The button "${text}" of a buttonAnswer() was made where no step is being asked. Make it in the step's ask or invalid, with the context that these get.`,
  )
