const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether there is such a day in some year; identity numbers mostly leave the century out, so 29 February passes. */
export function isDayOfYear(month: number, day: number): boolean {
  return day >= 1 && day <= (DAYS[month - 1] ?? 0)
}

/** Whether six digits are a date written year, month, day. */
export function isYymmdd(digits: string): boolean {
  return isDayOfYear(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)))
}

/** Whether six digits are a date written day, month, year. */
export function isDdmmyy(digits: string): boolean {
  return isDayOfYear(Number(digits.slice(2, 4)), Number(digits.slice(0, 2)))
}
