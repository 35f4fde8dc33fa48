/**
 * JSON values as one text, for tests that look at everything.
 *
 * Depth first and in order, one line a scalar: `key: value`; the items of an array repeat the array's key, and an
 * object's key stands on a line of its own before its members. Strings are verbatim, null is nothing. Keys are part
 * of the text, so a test may ask for them (`password: ...`) and nothing hides in one.
 *
 * ```
 * wholeText({ to: ['a@b.c', 'd@e.f'], card: { number: 4111 } })  // "to: a@b.c\nto: d@e.f\ncard\nnumber: 4111\n"
 * ```
 *
 * @param values JSON values, as parsed; undefined is skipped
 */
export function wholeText(...values: unknown[]): string {
  let text = ''
  for (const value of values) text += linesOf(value)
  return text
}

function linesOf(root: unknown): string {
  let text = ''
  // What is still to be written, as pairs of the key it stands under and the value; '' where there is no key.
  const left: unknown[] = ['', root]
  while (left.length > 0) {
    const value = left.pop()
    const key = left.pop() as string
    if (typeof value !== 'object') {
      if (value !== undefined) text += key === '' ? `${value}\n` : `${key}: ${value}\n`
    } else if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) left.push(key, value[i])
    } else {
      if (key !== '') text += `${key}\n`
      if (value !== null) pushMembers(left, value as Record<string, unknown>)
    }
  }
  return text
}

function pushMembers(left: unknown[], object: Record<string, unknown>): void {
  const keys = Object.keys(object)
  for (let i = keys.length - 1; i >= 0; i--) left.push(keys[i], object[keys[i]!])
}
