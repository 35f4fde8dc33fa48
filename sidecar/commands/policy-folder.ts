import { stat } from 'node:fs/promises'

/** A folder that is not there is a slip of the command line and not a mistake in a policy. */
export async function whyNoFolder(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return undefined
  return found ? `${folder} is a file; name the folder it is in` : `there is no folder ${folder}`
}
