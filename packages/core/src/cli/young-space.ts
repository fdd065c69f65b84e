/** The young generation of V8's heap. What modules make while they are loaded stays anyway, and all that a large young generation would do then is to stay large: some 20 MB of a process that idles. */
import { setFlagsFromString } from 'node:v8'

/** Keeps it at the size that it begins with (1 MB). */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Lets it grow with the work, up to V8's own limit. */
export function letYoungSpaceGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
}
