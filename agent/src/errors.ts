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

/** What a person can do about each code. */
const nextSteps: Readonly<Record<AgentErrorCode, string>> = {
  USAGE: 'see sallyport-agent help',
  STATE: 'check the folder of the state, its owner and its rights (--state)',
  NOT_ENROLLED: 'enrol this device: sallyport-agent enrol',
  ALREADY_ENROLLED: 'see sallyport-agent status; sallyport-agent forget first, to enrol it at another site',
  FINGERPRINT: 'compare the fingerprint with the one that the appliance shows; do not go on while they differ',
  NO_ROOT: 'have the trust of the connected host imported on the appliance, then run the same command again',
  PENDING: 'have the device approved on the appliance; the agent asks again by itself',
  UNREACHABLE: 'check the address, the port and the firewall in between',
  FORBIDDEN_ADDRESS: 'give the address and port of the appliance: the agent connects to no port of controllers',
  REFUSED: 'look at the device on the appliance: it says why',
  CERTIFICATE_ENDED: 'ask again: sallyport-agent enrol --again',
  DEVICE_REVOKED: 'enrol the device anew with a token, if it may come in again',
  TOKEN_HELD: 'have an administrator let the token live again: sallyport rollback tokens',
  POSSIBLE_CLONE: 'look at the device on the appliance, and enrol the copy anew',
  RETRY: 'wait; the agent tries again by itself',
  ANSWER: 'check that the address is that of a Sallyport appliance, and that both are of one release',
  PROTOCOL: 'update the older of agent and appliance',
  VERSION: 'update the older of agent and appliance',
  LIMIT: 'look at the log of the agent: sallyport-agent log',
  TIMEOUT: 'check whether the appliance is busy or a firewall holds the connection, then try again',
};

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

/** What a person can do about it; a refusal of the trust chain is a matter for who runs the appliance. */
export const nextStepOf = (error: unknown): string =>
  error instanceof AgentError
    ? nextSteps[error.code]
    : error instanceof Error && 'syscall' in error
      ? 'check the path, its owner and its rights'
      : 'look at the log (sallyport-agent log), and ask who runs the appliance';
