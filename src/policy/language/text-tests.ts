export const detectorNames = (): readonly string[] => ['pii.ssn', 'pii.card', 'pii.email', 'secret.aws_key']

export function detects(name: string, text: string): boolean {
  return name === 'pii.ssn' && /\b\d{3}-\d{2}-\d{4}\b/.test(text)
}
