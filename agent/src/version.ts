/** The agent's version as it reports it. */
export const agentVersion = '0.1.0';
