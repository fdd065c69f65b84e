/** The tables as source files, by file name. */
export function generateSchema(): Record<string, string>
