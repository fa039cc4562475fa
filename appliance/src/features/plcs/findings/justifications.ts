// Why a product is not affected although a document says so: the classes of OpenVEX, so that a statement can be made of it.

export const JUSTIFICATIONS = [
  'component-not-present',
  'vulnerable-code-not-present',
  'vulnerable-code-not-in-execute-path',
  'vulnerable-code-cannot-be-controlled-by-adversary',
  'inline-mitigations-already-exist',
] as const;

export type Justification = (typeof JUSTIFICATIONS)[number];
