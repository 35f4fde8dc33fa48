/** Without authentication the port itself is the credential, so it stays on this host. @module */
import ipaddr from 'ipaddr.js'
import { insecureBindConsent, type Settings } from './settings.js'

/** Whether only processes of this host (or of this network namespace) can reach an address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback'
}

/** Why an unauthenticated sidecar must not listen there, and what to do instead; undefined where it may. */
export function openModeRefusal({
  host,
  insecure_bind,
}: Pick<Settings, 'host' | 'insecure_bind'>): string | undefined {
  if (isLoopback(host) || insecure_bind === insecureBindConsent) return undefined
  return (
    `host ${host} is reachable from other machines, and no authentication is configured: anyone there could pass gates ` +
    'and approve steps. Listen on 127.0.0.1 and share the network of the agent (the containers of a pod do; in compose: ' +
    `network_mode: "service:<agent>"), or accept the risk with STEPGATE_INSECURE_BIND=${insecureBindConsent}.`
  )
}
