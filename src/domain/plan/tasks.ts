/** A query as the tasks it asks for. @module */

/** One thing that a query asks for. */
export interface Task {
  readonly text: string
  /** It was asked for after the task before it: by `then`, or by its number in a list. */
  readonly after: boolean
}

const bullet = /^\s*[-*•]\s+/
const number = /^\s*\d{1,3}[.)]\s+/
/** Words that put a task after the one before it, at its beginning. */
const leading = /^(?:and\s+)?(?:then|after that|after this|afterwards|next|finally|lastly)\b[\s,:]*/i
/** The same in the middle of a sentence. `and` alone does not part: "prices and dates" is one task. */
const between = /,? (?:and )?(?:then|after that|afterwards)(?: |, )/gi
/** A sentence ends where the next one begins with a capital, a digit or a quotation mark: "e.g. hotels" goes on. */
const sentenceEnd = /(?<=[.!?])\s+(?=[\p{Lu}\p{N}"'“])|(?<=[。！？])\s*/u

/**
 * Part a query into tasks, by the same few rules every time: lines; a bullet or a number before a line; sentences; `;`;
 * `then`, `and then`, `after that`, `afterwards`. Numbered lines and those words say that a task comes after the one
 * before it. But for the words and marks that parted it, and runs of white space, a task is as it was written.
 */
export function splitTasks(query: string): Task[] {
  const tasks: Task[] = []
  for (const line of query.split(/\r?\n/)) {
    const numbered = number.test(line)
    const text = line.replace(numbered ? number : bullet, '')
    const parts = text.split(sentenceEnd).flatMap((sentence) => sentence.split(';'))
    for (const [i, part] of parts.entries()) {
      for (const task of sequence(part, numbered && i === 0)) tasks.push(task)
    }
  }
  return tasks.map((task, i) => (i === 0 ? { ...task, after: false } : task))
}

function sequence(part: string, numbered: boolean): Task[] {
  // One blank for many: the patterns can then stay free of repetitions that would cost quadratic time.
  const text = part.replace(/\s+/g, ' ').trim()
  const led = leading.test(text)
  return text
    .replace(leading, '')
    .split(between)
    .map((task, i) => ({ text: task.replace(/,? ?$/, '').trim(), after: i > 0 || led || numbered }))
    .filter((task) => /[\p{L}\p{N}]/u.test(task.text))
}
