export interface RegoModule {
  readonly path: string
}
