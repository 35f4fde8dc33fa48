import { describe, expect, it } from 'vitest'
import { notPublicBecause, urlRefusal } from '#src/outbound/address-guard.js'

describe('an address is public', () => {
  it.each(['93.184.215.14', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001:800::200e'])(
    'where it is %s',
    (address) => expect(notPublicBecause(address)).toBeUndefined(),
  )
})

describe('an address is not public', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.10', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'linkLocal'],
    ['168.63.129.16', 'metadata'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['100.100.100.200', 'carrierGradeNat'],
    ['192.0.0.192', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.7', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['fec0::1', 'deprecatedSiteLocal'],
    ['fc00::1', 'uniqueLocal'],
    ['fd00:ec2::254', 'uniqueLocal'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'ipv4Mapped'],
    ['::ffff:8.8.8.8', 'ipv4Mapped'],
    ['::7f00:1', 'reserved'],
    ['::ffff:0:127.0.0.1', 'rfc6145'],
    ['64:ff9b::7f00:1', 'rfc6052'],
    ['64:ff9b:1::a00:1', 'rfc6052'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:7f00:1::', 'teredo'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'documentation'],
    ['100::1', 'discard'],
    ['5f00::1', 'segmentRouting'],
    ['what', 'unreadable'],
  ])('where it is %s (%s)', (address, kind) => expect(notPublicBecause(address)).toBe(kind))
})

describe('a URL is refused', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:169.254.169.254]/',
    'http://0/',
    'https://169.254.169.254/latest/meta-data',
  ])('that writes a private address as %s', (url) => {
    expect(urlRefusal(new URL(url), false)).toContain('not public')
    expect(urlRefusal(new URL(url), true)).toBeUndefined()
  })

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x', 'ws://example.com/'])(
    'of another scheme, whatever the document allows: %s',
    (url) => expect(urlRefusal(new URL(url), true)).toContain('is not http: or https:'),
  )

  it('that carries a user or password', () => {
    expect(urlRefusal(new URL('https://user:word@example.com/'), true)).toContain('user or password')
  })
})
