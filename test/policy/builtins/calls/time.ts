import fc from 'fast-check'
import { type Calls, generated, mostly, type Suite } from '../differential.js'

// Not those whose rules are still being changed: Node and OPA may know of it at different times.
const zone = fc.constantFrom(
  ...['UTC', '', 'Local', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Sao_Paulo'],
  ...['Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Windhoek', 'America/St_Johns'],
  ...['Asia/Kathmandu', 'Etc/GMT+5', 'EST5EDT', 'Nowhere/Town', 'europe/berlin', '+01:00'],
)
// Anywhere since 1970, and around instants where clocks were changed somewhere.
const changes = [1711846800, 1711843200, 1729990800, 1710054000, 1730613600, 1325152800]
const second = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.constantFrom(...changes).chain((at) => fc.integer({ min: at - 7200, max: at + 7200 })),
)
const instant = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(second, fc.constantFrom(0, 1, 120, 999)).map(([s, ms]) => s * 1e9 + ms * 1e6),
  },
  fc.constantFrom(0, -1e9, -1, 1.5, 1e19, -9e18, 9.2e18),
)
const time = mostly(fc.oneof(instant, fc.tuple(instant), fc.tuple(instant, zone)))

const element = fc.constantFrom(
  ...['January', 'Jan', '1', '01', 'Monday', 'Mon', '2', '_2', '02', '__2', '002', '2006', '06'],
  ...[
    '15',
    '3',
    '03',
    '4',
    '04',
    '5',
    '05',
    'PM',
    'pm',
    '.000',
    '.999',
    ',000000',
    '.999999999',
    '.0000000000',
  ],
  ...['-07:00', '-0700', '-07', '-070000', '-07:00:00', 'Z07:00', 'Z0700', 'Z07', 'Z070000', 'Z07:00:00'],
)
const layout = fc.oneof(
  fc.constantFrom(
    ...['ANSIC', 'RubyDate', 'RFC822Z', 'RFC1123Z', 'RFC3339', 'RFC3339Nano', '2006-01-02', '3:04PM', ''],
  ),
  fc
    .array(
      fc.oneof({ weight: 5, arbitrary: element }, fc.constantFrom(' ', '-', '/', 'T', 'x', ':', '_', 'é')),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
)

const years = fc.integer({ min: -100, max: 100 })
const months = fc.integer({ min: -30, max: 30 })
const days = mostly(fc.integer({ min: -400, max: 400 }))
const reading: Calls = {
  'time.date(c[0])': generated(150, time),
  'time.clock(c[0])': generated(300, time),
  'time.weekday(c[0])': generated(150, time),
  'time.format(c[0])': generated(200, time),
  'time.format([c[0], c[1], c[2]])': generated(500, instant, zone, layout),
  'time.diff(c[0], c[1])': generated(300, time, time),
  'time.add_date(c[0], c[1], c[2], c[3])': generated(400, time, years, months, days),
}

const number = (least: number, most: number, ...odd: string[]) =>
  fc.oneof(
    { weight: 15, arbitrary: fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0')) },
    fc.constantFrom('00', '60', '24', '1', '-1', '+1', '99', ...odd),
  )
const timestamp = fc
  .tuple(
    fc.oneof(
      { weight: 15, arbitrary: fc.integer({ min: 1678, max: 2261 }).map(String) },
      number(0, 9, '2262', '12345'),
    ),
    ...[number(1, 12), number(1, 31), fc.constantFrom('T', 'T', 'T', 'T', 't', ' ')],
    ...[number(0, 23), number(0, 59), number(0, 59)],
    fc.constantFrom('', '', '.5', ',123456789', '.1234567891', '.', '.000000001'),
    fc.constantFrom('Z', 'Z', '+00:00', '-07:30', '+24:60', '+25:00', 'z', '', '-0730', '+1:00'),
  )
  .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`)

const layouts = fc.constantFrom(
  ...[
    'RFC3339',
    'RFC3339Nano',
    '2006-01-02T15:04:05.000Z07:00',
    '2006-1-2T15:4:5.999Z0700',
    '2006-002T3:04:05Z07',
  ],
)
const abbreviated = fc.constantFrom('MST', '15:04 MST', 'RFC850', '2006 MST -07')
const abbreviation = fc.constantFrom(
  ...[
    'UTC',
    'CET',
    'CEST',
    'GMT+3',
    'GMT-24',
    '+03',
    '-5',
    '-05',
    'ChST',
    'WITA',
    'ABCDE',
    'ABCDT',
    'ABCDEF',
    'AB',
  ],
  ...['GMT', '10:00 CET', '10:00 GMT+3', '2020 CET +01', '2020 UTC +01', 'Monday, 02-Jan-06 15:04:05 XYZ'],
)

const parsing: Calls = {
  'time.parse_rfc3339_ns(c[0])': generated(500, mostly(timestamp)),
  'time.parse_ns(c[0], c[1])': [
    ...generated(300, layouts, timestamp),
    ...generated(150, abbreviated, abbreviation),
  ],
  'time.parse_ns(c[0], time.format([c[1], "UTC", c[0]]))': generated(500, layout, instant),
  'time.parse_ns(c[0], time.format([c[1], "UTC", c[2]]))': generated(300, layout, instant, layout),
}

const amount = fc.oneof(
  fc.integer({ min: 0, max: 2000 }).map(String),
  fc.double({ min: 0, max: 1000, noNaN: true }).map((x) => x.toFixed(7)),
  fc.constantFrom('1.', '.5', '.', '', '1.2.3', '9223372036854775807', '0.3333333333333333333', '0'),
)
const unit = fc.constantFrom('ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', 'd', 'w', 'y', 'x', '')
const duration = fc
  .tuple(fc.constantFrom('', '-', '+'), fc.array(fc.tuple(amount, unit), { maxLength: 3 }))
  .map(([sign, segments]) => sign + segments.flat().join(''))

const limits = [
  '2562047h47m16.854775807s',
  '-2562047h47m16.854775808s',
  '2562047h47m16.854775808s',
  '106752d',
]
const odd = ['', '0', '-0', '1d', '1h1d', '1D', '1e5d', '100000000000000000000000000d']
const durations: Calls = {
  'time.parse_duration_ns(c[0])': [
    ...[...limits, ...odd].map((text) => [text]),
    ...generated(600, mostly(duration)),
  ],
}

export const timeCalls: Suite = {
  'times are read from a calendar and a clock in any zone as OPA reads them': reading,
  'times are parsed by layouts to the nanosecond': parsing,
  'durations are parsed to the nanosecond': durations,
}
