/** `stepgate/http`: the gate as a Hono app, or as a node listener. @module */
export { createApp } from './app.js'
export { loopbackHosts } from './caller.js'
export { answerEarly } from './early-replies.js'
export { type Credentials, type Identify, openIdentity } from './identity.js'
export { createListener, type Listener } from './listener.js'
export type { HttpOptions, Readiness } from './options.js'
export { WholeMessage } from './whole-message.js'
export { WholeReply } from './whole-reply.js'
