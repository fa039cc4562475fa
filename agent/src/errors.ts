/** The closed set of the agent's own refusals; refusals of what the trust chain offers keep the bundle format's codes. */
type AgentErrorCode =
  | 'USAGE'
  | 'STATE'
  | 'NOT_ENROLLED'
  | 'ALREADY_ENROLLED'
  | 'FINGERPRINT'
  | 'NO_ROOT'
  | 'PENDING'
  | 'UNREACHABLE'
  | 'FORBIDDEN_ADDRESS'
  | 'REFUSED'
  | 'CERTIFICATE_ENDED'
  | 'DEVICE_REVOKED'
  | 'TOKEN_HELD'
  | 'POSSIBLE_CLONE'
  | 'RETRY'
  | 'ANSWER'
  | 'PROTOCOL'
  | 'VERSION'
  | 'LIMIT'
  | 'TIMEOUT';

type AgentErrorDetails = { status?: number; retryAfterSeconds?: number };

/** Any refusal of the agent; `message` names the cause, `code` is stable. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly details: AgentErrorDetails;

  constructor(
    code: AgentErrorCode,
    message: string,
    details: AgentErrorDetails = {},
    options: { cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AgentError';
    this.code = code;
    this.details = details;
  }
}

/** Exit code of an error: 2 for wrong use, else 1. */
export const exitCodeOf = (error: unknown): 1 | 2 => (error instanceof AgentError && error.code === 'USAGE' ? 2 : 1);

/** One line for people. */
export const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message}`;
};
