/** Runs the commands that make a folder a project: git, and the package manager. */
import { spawn } from 'node:child_process'

/** Runs a command to its end; gives its exit code, and -1 where it is not on this machine. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, isShown }: { readonly cwd: string; readonly isShown: boolean },
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: isShown ? ['ignore', 'inherit', 'inherit'] : 'ignore',
      // There a package manager is a script, which only a shell finds. No argument of ours is anybody's text.
      shell: process.platform === 'win32',
    })
    child.once('error', () => resolve(-1))
    child.once('close', (code) => resolve(code ?? 1))
  })
}
