const maxAgents = 50_000;

/** Agents of the JSON dialect by their id: what they read of other machines does not name the machine that they are on. */
export const knownAgents = () => {
  const devices = new Map<string, number>();
  const keyOf = (token: string, agent: string): string => `${token} ${agent}`;
  return {
    note: (token: string, agent: string | undefined, device: number): void => {
      if (agent === undefined) return;
      devices.delete(keyOf(token, agent));
      devices.set(keyOf(token, agent), device);
      const oldest = devices.keys().next();
      if (devices.size > maxAgents && !oldest.done) devices.delete(oldest.value);
    },
    device: (token: string, agent: string | undefined): number | undefined =>
      agent === undefined ? undefined : devices.get(keyOf(token, agent)),
  };
};
