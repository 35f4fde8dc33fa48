/** How the process ends, for scripts. `--help` of every verb prints this table. @module */
export const exitCodes = {
  ok: { code: 0, means: 'done; nothing wrong' },
  failure: { code: 1, means: 'failed while running' },
  usage: {
    code: 2,
    means: 'wrong flag, argument or setting; nothing was started',
  },
  policy: { code: 3, means: 'a policy has an error' },
  tests: { code: 4, means: 'a policy test failed' },
} as const

export type ExitName = keyof typeof exitCodes

export const exitCodeHelp = `\nExit codes:\n${Object.values(exitCodes)
  .map(({ code, means }) => `  ${code}  ${means}`)
  .join('\n')}\n`
