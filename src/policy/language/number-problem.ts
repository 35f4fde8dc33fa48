/**
 * Why a number of a data file cannot be kept as it is written; undefined where it can. Fractions are rounded, as everywhere.
 * @param whole it is written without a fraction and without an exponent
 */
export function numberProblem(value: number, whole: boolean): string | undefined {
  // JSON would write null in its place, and what is compared with it would never match.
  if (!Number.isFinite(value)) return 'this is no finite number'
  return whole && !Number.isSafeInteger(value)
    ? 'this number is too large to be kept exactly: write it in quotes'
    : undefined
}
