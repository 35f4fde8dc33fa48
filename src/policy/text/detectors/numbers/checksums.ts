const ZERO = 48

const digitAt = (digits: string, index: number): number => digits.charCodeAt(index) - ZERO

/** Luhn's check: cards, the Canadian SIN. @see ISO/IEC 7812-1 annex B */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const value = digitAt(digits, i) * (double ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** The sum of each digit times its weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * digitAt(digits, index), 0)
}

/** The rest of a number of any length after division, digit by digit. */
export function modulo(digits: string, divisor: number): number {
  let rest = 0
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digitAt(digits, i)) % divisor
  return rest
}

/** ISO 7064 MOD 97-10 over digits and letters (A = 10): IBAN, its first four characters already moved to the end. */
export function mod97(characters: string): number {
  let rest = 0
  for (const character of characters) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** ISO 7064 MOD 11,10: the German tax id. */
export function mod11And10(digits: string): boolean {
  let check = 5
  for (let i = 0; i < digits.length; i++) check = ((((check || 10) * 2) % 11) + digitAt(digits, i)) % 10
  return check === 1
}

// Verhoeff's check multiplies in the dihedral group of a pentagon: 0-4 are its turns, 5-9 its reflections.
const multiply = (a: number, b: number): number => {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5
}
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** Verhoeff's check: Aadhaar. @see J. Verhoeff, Error Detecting Decimal Codes, 1969 */
export function verhoeff(digits: string): boolean {
  let check = 0
  for (let place = 0; place < digits.length; place++) {
    let value = digitAt(digits, digits.length - 1 - place)
    for (let turn = 0; turn < place % 8; turn++) value = PERMUTATION[value]!
    check = multiply(check, value)
  }
  return check === 0
}

/** Whether all digits are the same one: passes many checks, belongs to nobody. */
export function isUniform(digits: string): boolean {
  return digits.split(digits.charAt(0)).join('') === ''
}
