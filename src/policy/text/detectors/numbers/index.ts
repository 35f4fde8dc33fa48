import { AMERICAS } from './americas.js'
import { ASIA_PACIFIC_AFRICA } from './asia-pacific-africa.js'
import { CARD } from './cards.js'
import { EUROPE } from './europe.js'
import { fromNumbers } from './from-numbers.js'
import { SOUTH_EAST_ASIA } from './south-east-asia.js'

/** Detectors of numbers, which walk over a text's numbers together, once. */
export const NUMBERS = fromNumbers([CARD, ...AMERICAS, ...EUROPE, ...ASIA_PACIFIC_AFRICA, ...SOUTH_EAST_ASIA])
