/** How the heap may grow, and what may grow old in it. @module */
import { setFlagsFromString } from 'node:v8'

/**
 * V8 lets garbage double a heap before it looks through all of it; a sidecar should stay small beside the program it
 * serves, and stop growing early (with 65 % it grew for half a million gates). Each look keeps gates waiting for some 20 ms;
 * at full load there is one every few seconds.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=35')
}

/**
 * V8 makes objects old from the start where those made by the same line of code lived long before. While some hundred
 * callers wait at once, that is true of all that belongs to a gate, and it remembers: afterwards every gate's request,
 * step and reply lay among the old ones, looking through them was five times as frequent, and a gate took a fifth longer
 * for as long as the process lived. Here nothing lives long but what is kept on purpose, and that is little.
 */
export function keepGatesYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
