/** The button data that core itself takes: what begins with `hello_`. */

/** The data of a button that does nothing when it is pressed, such as the number of a page. Telegram has no button without an action. */
export const noActionData = 'hello_none'

/** Prefixes of button data that are core's. */
export const coreCallbackPrefix = 'hello_'

/** Whether core takes this data. */
export const isCoreCallback = (data: string): boolean => data === noActionData
