import { spawnSync } from 'node:child_process';
import { AppError } from '../../platform/errors.ts';

// Which firewall of this computer decides about the port, and the line that opens it. Nothing is opened unless it was asked for.

const firewalls = ['ufw', 'firewalld', 'nftables'] as const;
type FirewallName = (typeof firewalls)[number];

type Firewall = {
  name: FirewallName;
  /** `unknown`: the rules do not say it in a way that is read here. */
  port: 'open' | 'closed' | 'unknown';
  /** What a person types, a line each. */
  commands: readonly string[];
};

const path = '/usr/sbin:/usr/bin:/sbin:/bin';

type Run = { status: number | null; stdout: string };

const run = (file: string, ...args: string[]): Run => {
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8', env: { PATH: path, LC_ALL: 'C' } });
  return { status, stdout: stdout ?? '' };
};

type Chain = { family: string; table: string; chain: string; isDropping: boolean; opens: boolean };

/** The ports that rules of a chain let in by their number. */
const acceptedPorts = (rules: string): number[] =>
  [...rules.matchAll(/tcp dport (?:(\d+)|\{([^}]*)\}).*accept/g)].flatMap(([, one, several]) =>
    (one ?? several ?? '').split(',').map(Number),
  );

/** The chains of nft's text that see what comes in. */
export function inputChains(ruleset: string, port: number): Chain[] {
  const found: Chain[] = [];
  let [family, table] = ['', ''];
  for (const block of ruleset.split(/^(?=table )/m)) {
    [, family = '', table = ''] = /^table (\S+) (\S+) \{/.exec(block) ?? [];
    for (const [, chain = '', rules = ''] of block.matchAll(/^\tchain (\S+) \{\n([\s\S]*?)^\t\}/gm)) {
      if (!/hook input/.test(rules)) continue;
      const isDropping = /policy drop/.test(rules) || /^\t\t(?:counter .*)?(?:drop|reject)\b/m.test(rules);
      found.push({ family, table, chain, isDropping, opens: acceptedPorts(rules).includes(port) });
    }
  }
  return found;
}

const lookAtNft = (port: number): Firewall | undefined => {
  const { status, stdout } = run('nft', 'list', 'ruleset');
  if (status !== 0) return undefined;
  const closed = inputChains(stdout, port).filter(({ isDropping }) => isDropping);
  if (closed.length === 0) return undefined;
  const commands = closed
    .filter(({ opens }) => !opens)
    .map(({ family, table, chain }) => `nft insert rule ${family} ${table} ${chain} tcp dport ${port} accept`);
  return { name: 'nftables', port: commands.length === 0 ? 'open' : 'closed', commands };
};

/** The ports that ufw's status lets in from anywhere or somewhere. */
const ufwAllows = (status: string): number[] =>
  [...status.matchAll(/^(\d+)(?:\/tcp)? +ALLOW/gm)].map(([, port]) => Number(port));

/** The firewalls that are in force here, each with what opens the port. ufw and firewalld write rules of nft themselves. */
export function activeFirewalls(port: number): Firewall[] {
  const found: Firewall[] = [];
  const ufw = run('ufw', 'status');
  if (ufw.status === 0 && ufw.stdout.includes('Status: active'))
    found.push({
      name: 'ufw',
      port: ufwAllows(ufw.stdout).includes(port) ? 'open' : 'closed',
      commands: [`ufw allow ${port}/tcp`],
    });
  if (run('firewall-cmd', '--state').status === 0)
    found.push({
      name: 'firewalld',
      port: run('firewall-cmd', `--query-port=${port}/tcp`).status === 0 ? 'open' : 'closed',
      commands: [`firewall-cmd --permanent --add-port=${port}/tcp`, 'firewall-cmd --reload'],
    });
  if (found.length > 0) return found;
  const nft = lookAtNft(port);
  return nft === undefined ? [] : [nft];
}

/** Opens the port in each that keeps it closed; what was run. USAGE with the firewall's own words. */
export function openPort(port: number): string[] {
  const done: string[] = [];
  for (const { port: state, commands } of activeFirewalls(port))
    for (const line of state === 'open' ? [] : commands) {
      const [file = '', ...args] = line.split(' ');
      const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
      if (status !== 0) throw new AppError('USAGE', `${line} ended with ${status}: ${stderr.trim().slice(0, 300)}`);
      done.push(line);
    }
  return done;
}

/** What lets others reach the appliance, in one line. */
export function portLine(port: number, firewalls: readonly Firewall[]): string {
  const closed = firewalls.filter(({ port: state }) => state !== 'open');
  if (firewalls.length === 0) return `${port}/tcp comes in; no firewall is in force on this computer`;
  if (closed.length === 0) return `${port}/tcp comes in; open in ${firewalls.map(({ name }) => name).join(', ')}`;
  return closed
    .map(({ name, commands }) => `${port}/tcp has to come in; ${name} keeps it out: ${commands.join(' && ')}`)
    .join('; ');
}
