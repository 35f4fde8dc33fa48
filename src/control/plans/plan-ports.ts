import type { Ports } from '../ports.js'
import type { PlanRunner } from './plan-runner.js'

/** What the verbs of plans are given. */
export interface PlanPorts extends Ports {
  readonly runner: PlanRunner
}
