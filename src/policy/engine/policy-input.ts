/** A policy input: one flat object, see the language's "Fields". */
export type PolicyInput = Readonly<Record<string, unknown>>
