import { readFileSync } from 'node:fs';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { type AgentPolicy, agentPolicy, noPolicyEtag } from '@sallyport/bundle-tools/protocol/policy';

// The policy that the appliance gave last: it holds while the appliance is away, and after a restart.

export type HeldPolicy = {
  current(): AgentPolicy;
  write(policy: AgentPolicy): void;
};

const none: AgentPolicy = { etag: noPolicyEtag };

const read = (path: string): AgentPolicy => {
  if (!isThere(path)) return none;
  try {
    // One that cannot be read is asked for again.
    return agentPolicy.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? none;
  } catch (error) {
    if (error instanceof SyntaxError) return none;
    throw error;
  }
};

/** Opens the policy of a state folder. */
export const openPolicy = (path: string): HeldPolicy => {
  const held = { policy: read(path) };
  return {
    current: () => held.policy,
    write: (policy) => {
      writeFileDurable(path, JSON.stringify(policy), 0o600);
      held.policy = policy;
    },
  };
};
