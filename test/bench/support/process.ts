import { readdirSync, readFileSync } from 'node:fs';

// What the kernel knows about a process (Linux only, as the appliance is).

/** In every Linux on the machines that the appliance runs on (USER_HZ). */
const ticksPerSecond = 100;

/** Seconds of processor time that a process has used, all threads. */
export const cpuSeconds = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold anything, but it ends at the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

const statusKb = (pid: number, name: string): number | undefined => {
  try {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match === null ? undefined : Number(match[1]);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
};

/** Resident memory of a process in MB. */
export const residentMb = (pid: number): number => ((statusKb(pid, 'VmRSS') ?? 0) * 1024) / 1e6;

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );

/** Runs `work` and returns the most resident memory, in MB, that any child of this process had meanwhile. */
export const watchChildren = async <T>(work: () => Promise<T>): Promise<{ value: T; peakMb: number }> => {
  const state = { peakKb: 0 };
  const timer = setInterval(() => {
    for (const pid of childrenOf(process.pid)) state.peakKb = Math.max(state.peakKb, statusKb(pid, 'VmHWM') ?? 0);
  }, 20);
  try {
    return { value: await work(), peakMb: (state.peakKb * 1024) / 1e6 };
  } finally {
    clearInterval(timer);
  }
};
