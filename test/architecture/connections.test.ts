import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../support/sources.ts';

// One module of each program opens connections: there it is asked where controllers are, and whether somebody named the
// target. Nobody else takes anything from the system, from the runtime or from another program that could connect.

/** What of the system opens or looks up. */
const modules =
  'net|tls|dgram|dns|dns/promises|http|https|http2|inspector|inspector/promises|cluster|undici|ws|quic|wasi';
const brings = new RegExp(
  `^(?:import|export) (?!type )[^;]*?from '(?:node:)?(?:${modules})';|(?:import|require|getBuiltinModule)\\(\\s*['"\`](?:node:)?(?:${modules})['"\`]|^import '(?:node:)?(?:${modules})'`,
  'gm',
);
/** Words about an address, a context of TLS and the class of a socket that came in open nothing. */
const harmless =
  /^import \{ (?:(?:type \w+|BlockList|createSecureContext|isIP|isIPv4|isIPv6|TLSSocket)(?:, )?)+ \} from/;
const globals =
  /\b(?:fetch|XMLHttpRequest)\s*\(|\bnew (?:WebSocket|EventSource|WebTransport)\b|\bprocess\.binding\b|\bcreateRequire\b/g;
/** Programs that would connect for us. */
const programs =
  /(?:\bcommand:\s*|\b(?:spawn|exec|execFile|fork)(?:Sync)?\(\s*)['"`](?:[^'"`\s]*\/)?(?:ping6?|arping|fping|nmap|nc|ncat|netcat|socat|curl|wget|ssh|scp|sftp|telnet|tftp|ftp|dig|host|nslookup|getent|traceroute|tracepath|snmp(?:get|walk|set)|ldapsearch|openssl|nbtscan|arp-scan|masscan|smbclient|nmblookup|rpcclient|mstsc|tnc|Test-NetConnection|Invoke-WebRequest|Resolve-DnsName)['"`]/g;
const children = /\b(?:from|import\(|require\()\s*'(?:node:)?child_process'/;

/** Who may: the modules that connect, the listener, and those that start programs. */
const connecting = /^(?:appliance|agent|bundle-tools)\/src\/platform\/connect\.ts$/;
const listening = /^appliance\/src\/platform\/http\/listener\.ts$/;
const starting: Readonly<Record<string, string>> = {
  'appliance/src/platform/connect.ts': 'ping, ssh, ssh-keyscan',
  'appliance/src/platform/ssh-agent.ts': 'ssh-agent, ssh-add',
  'appliance/src/platform/service-notify.ts': 'systemd-notify',
  'appliance/src/platform/service-user.ts': 'id',
  'appliance/src/data-acts/client.ts': 'our own program',
  'appliance/src/features/setup/system.ts': 'systemctl, systemd-creds, udevadm, our own program',
  'appliance/src/features/setup/firewall.ts': 'ufw, firewall-cmd, nft',
  'agent/src/platform/child.ts': 'what collectors and actions run',
  'appliance/src/features/releases/install.ts': 'dpkg, rpm',
  'appliance/src/features/upgrade/service-manager.ts': 'systemctl, systemd-run, what a file declares, our own program',
  'bundle-tools/src/host/source-rights.ts': 'setpriv, find',
  'bundle-tools/src/media/run-survey.ts': 'our own program',
  'bundle-tools/src/person/start.ts': 'our own program',
  'bundle-tools/src/media/clamscan.ts': 'clamscan',
  'bundle-tools/src/importer/run-child.ts': 'our own program',
  'bundle-tools/src/importer/no-network.ts': 'unshare',
  'bundle-tools/src/updates/sources/apt/sources-list.ts': 'apt-config',
};

/** What in a file could connect. */
function openings(path: string, text: string): string[] {
  const isConnecting = connecting.test(path);
  return [
    ...(isConnecting || listening.test(path) ? [] : (text.match(brings) ?? []).filter((one) => !harmless.test(one))),
    ...(isConnecting ? [] : (text.match(globals) ?? [])),
    ...(isConnecting ? [] : (text.match(programs) ?? [])),
    ...(children.test(text) && !Object.hasOwn(starting, path) ? ['child_process'] : []),
  ];
}

const isProduction = (path: string): boolean => !/\.test\.tsx?$/.test(path) && !/^[a-z-]+\/test\//.test(path);

describe('connections', () => {
  it('are opened by one module of each program', () => {
    const files = sourceFiles('appliance', 'agent', 'bundle-tools').filter(({ path }) => isProduction(path));
    expect(files.filter(({ path }) => connecting.test(path) || listening.test(path))).toHaveLength(4);
    expect(files.flatMap(({ path, text }) => openings(path, text).map((one) => `${path}: ${one}`))).toEqual([]);
  });

  it('of the agent are handed what is kept from', () => {
    const [connect] = sourceFiles('agent/src/platform').filter(({ path }) => path.endsWith('/connect.ts'));
    expect(connect?.text).toContain('forbidden: () => AddressSet;');
  });

  it('of the agent lead to its present server, or where a person enrols it; anywhere else by a permit', () => {
    const calls = sourceFiles('agent')
      .filter(
        ({ path, text }) => isProduction(path) && /import \{[^}]*\bconnect\b[^}]*\} from '[^']*connect\.ts'/.test(text),
      )
      .map(({ path, text }) => [path, ...(text.match(/\bconnect\([^\n]*/g) ?? [])]);
    expect(calls).toEqual([
      ['agent/src/loop/agent.ts', 'connect(optionsOf(serverNow()));'],
      [
        'agent/src/loop/enrol.ts',
        'connect({ server, ca: null, forbidden: nothingKnown });',
        'connect({ server, ca: caPem, forbidden: nothingKnown });',
        'connect({ server: options.server, ca: caPem, forbidden: nothingKnown });',
        'connect({ server, ca, identity, forbidden: () => controllers });',
      ],
      ['agent/src/platform/permitted.ts', 'connect({ ...options, addresses });'],
    ]);
  });

  const planted = [
    "import { connect } from 'node:net';",
    "import net from 'net';",
    "import { isIP, Socket } from 'node:net';",
    "import * as tls from 'node:tls';",
    "import { createSocket } from 'node:dgram';",
    "import { lookup } from 'node:dns';",
    "import { resolve4 } from 'node:dns/promises';",
    "import { get } from 'node:http';",
    "import {\n  request,\n} from 'node:https';",
    "import { connect } from 'node:http2';",
    "export { connect } from 'node:net';",
    "import { Pool } from 'undici';",
    "const net = await import('node:net');",
    "const net = require('net');",
    "process.getBuiltinModule('node:net').connect(502);",
    "await fetch('http://10.1.2.3');",
    "new WebSocket('ws://10.1.2.3')",
    "import { spawn } from 'node:child_process';",
    "runChild({ command: 'ping', args: [address] })",
    "runChild({ command: '/usr/bin/nmap', args: [address] })",
    'runChild({ command: `curl`, args: [address] })',
  ];
  it.each(planted.flatMap((code) => ['appliance', 'agent', 'bundle-tools'].map((where) => [where, code] as const)))(
    'in another module of the %s: %s is found',
    (where, code) => {
      expect(openings(`${where}/src/features/planted.ts`, code)).not.toEqual([]);
    },
  );

  it.each(["import { isIP } from 'node:net';", "import type { Socket } from 'node:net';"])(
    '%s opens nothing',
    (code) => {
      expect(openings('appliance/src/features/planted.ts', code)).toEqual([]);
    },
  );
});
