import { basicRealm } from '../../platform/http/basic.ts';
import { sitePackageFor } from './site-package.ts';
import { siteScriptFor } from './site-script.ts';
import { type Kit, type KitCommand, type KitFile, type KitInput, osqueryPrefix } from './types.ts';

const at = ({ folder }: KitInput, name: string): string => `${folder}${folder.includes('\\') ? '\\' : '/'}${name}`;
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const shell = (text: string): string => (/^[\w./:@=-]+$/.test(text) ? text : quoted(text));
const powershell = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** `host:port` of an https address. */
const hostAndPort = (server: string): string => {
  const url = new URL(server);
  return `${url.hostname}:${url.port === '' ? '443' : url.port}`;
};

/** What never crosses to the appliance, whatever a person asks the client for on its own console. */
const disabledTables = 'curl,curl_certificate,process_envs,shell_history';

const osqueryFlags = (input: KitInput): string =>
  lines([
    `--tls_hostname=${hostAndPort(input.server)}`,
    `--tls_server_certs=${at(input, 'ca.pem')}`,
    `--enroll_secret_path=${at(input, 'secret')}`,
    '--host_identifier=uuid',
    `--enroll_tls_endpoint=${osqueryPrefix}/enroll`,
    '--config_plugin=tls',
    `--config_tls_endpoint=${osqueryPrefix}/config`,
    '--config_refresh=300',
    '--logger_plugin=tls',
    `--logger_tls_endpoint=${osqueryPrefix}/log`,
    '--logger_tls_period=60',
    '--logger_tls_compress=true',
    '--disable_distributed=false',
    '--distributed_plugin=tls',
    `--distributed_tls_read_endpoint=${osqueryPrefix}/distributed/read`,
    `--distributed_tls_write_endpoint=${osqueryPrefix}/distributed/write`,
    '--distributed_interval=60',
    // What works for longer than this is ended by the client itself, and refused for a day.
    '--watchdog_latency_limit=10',
    '--disable_carver=false',
    '--carver_disable_function=true',
    `--carver_start_endpoint=${osqueryPrefix}/carve/begin`,
    `--carver_continue_endpoint=${osqueryPrefix}/carve/block`,
    '--carver_block_size=300000',
    `--disable_tables=${disabledTables}`,
  ]);

/** The one secret that stands in an address: these clients can prove themselves by nothing else. */
const glpiUrl = (server: string, secret: string): string => `${server}/a/${secret}/glpi`;

/** GLPI agent and FusionInventory read the same words. */
const agentCfg = (input: KitInput): string =>
  lines([
    `server = ${glpiUrl(input.server, input.secret)}`,
    `ca-cert-file = ${at(input, 'ca.pem')}`,
    'no-ssl-check = 0',
    'no-httpd = 1',
    'no-p2p = 1',
    'scan-homedirs = 0',
    'scan-profiles = 0',
    'no-category = process,environment',
    ...(input.basic === undefined ? [] : [`user = ${input.basic.user}`, `password = ${input.basic.password}`]),
  ]);

/** OCS reads both in base64. */
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const ocsCfg = (input: KitInput): string =>
  lines([
    `server=${glpiUrl(input.server, input.secret)}`,
    `ca=${at(input, 'ca.pem')}`,
    'ssl=1',
    'basevardir=/var/lib/ocsinventory-agent',
    ...(input.basic === undefined
      ? []
      : [`user=${base64(input.basic.user)}`, `password=${base64(input.basic.password)}`, `realm=${basicRealm}`]),
  ]);

const isWindows = ({ system }: KitInput): boolean => system === 'windows';

/** SYSTEM and the administrators, by number: their names differ between the languages of Windows. */
const windowsOwners = `'*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F'`;

/** Puts files into the folder, for root or administrators only. */
const place = (input: KitInput, names: readonly string[]): KitCommand => {
  const folder = isWindows(input) ? powershell(input.folder) : shell(input.folder);
  return {
    what: 'place',
    line: isWindows(input)
      ? `New-Item -Force -ItemType Directory ${folder} | Out-Null; icacls ${folder} /inheritance:r /grant ${windowsOwners}; Copy-Item ${names.join(',')} ${folder}`
      : `sudo install -d -m 0700 ${folder} && sudo install -m 0600 ${names.join(' ')} ${folder}/`,
  };
};

const osqueryCommands = (input: KitInput): KitCommand[] => [
  place(input, ['ca.pem', 'secret']),
  {
    what: 'configure',
    line: {
      debian:
        'sudo install -m 0644 osquery.flags /etc/osquery/osquery.flags && sudo systemctl enable --now osqueryd && sudo systemctl restart osqueryd',
      rhel: 'sudo install -m 0644 osquery.flags /etc/osquery/osquery.flags && sudo systemctl enable --now osqueryd && sudo systemctl restart osqueryd',
      windows: "Copy-Item osquery.flags 'C:\\Program Files\\osquery\\osquery.flags'; Restart-Service osqueryd",
      macos:
        // The package leaves its service out of the system until its own tool puts it there.
        'sudo install -m 0644 osquery.flags /private/var/osquery/osquery.flags && { sudo launchctl kickstart -k system/io.osquery.agent || sudo osqueryctl start; }',
    }[input.system],
  },
];

const registry = (product: string, input: KitInput): string => {
  const key = `HKLM:\\SOFTWARE\\${product}`;
  const values: readonly (readonly [string, string])[] = [
    ['server', glpiUrl(input.server, input.secret)],
    ['ca-cert-file', at(input, 'ca.pem')],
    ['no-httpd', '1'],
    ['no-p2p', '1'],
    ['no-category', 'process,environment'],
    ...(input.basic === undefined
      ? []
      : ([
          ['user', input.basic.user],
          ['password', input.basic.password],
        ] as const)),
  ];
  const set = values.map(([name, value]) => `Set-ItemProperty ${powershell(key)} ${name} ${powershell(value)}`);
  // Made anew, an existing key would lose what else the agent was told.
  const make = `if (-not (Test-Path ${powershell(key)})) { New-Item ${powershell(key)} | Out-Null }`;
  return [make, ...set, `Restart-Service ${product}`].join('; ');
};

const glpiCommands = (input: KitInput): KitCommand[] => {
  const isGlpi = input.client === 'glpi-agent';
  const product = isGlpi ? 'glpi-agent' : 'fusioninventory-agent';
  const etc = isGlpi ? 'glpi-agent' : 'fusioninventory';
  const mac = isGlpi ? 'GLPI-Agent' : 'FusionInventory-Agent';
  if (isWindows(input))
    return [
      place(input, ['ca.pem']),
      { what: 'configure', line: registry(isGlpi ? 'GLPI-Agent' : 'FusionInventory-Agent', input) },
    ];
  const target = input.system === 'macos' ? `/Applications/${mac}/etc/conf.d` : `/etc/${etc}/conf.d`;
  // GLPI's service has had two names.
  const labels = isGlpi ? ['com.teclib.glpi-agent', 'org.glpi-project.glpi-agent'] : ['org.fusioninventory.agent'];
  const restart =
    input.system === 'macos'
      ? `{ ${labels.map((label) => `sudo launchctl kickstart -k system/${label}`).join(' || ')}; }`
      : `sudo systemctl enable --now ${product} && sudo systemctl restart ${product}`;
  return [
    place(input, ['ca.pem']),
    { what: 'configure', line: `sudo install -m 0600 agent.cfg ${target}/sallyport.cfg && ${restart}` },
    ...(input.system === 'macos' ? [] : [{ what: 'once', line: `sudo ${product} --force` } as const]),
  ];
};

const ocsCommands = (input: KitInput): KitCommand[] => [
  place(input, ['ca.pem']),
  { what: 'configure', line: 'sudo install -m 0600 ocsinventory-agent.cfg /etc/ocsinventory/ocsinventory-agent.cfg' },
  // Debian's package writes reports into a folder unless it is told not to.
  { what: 'once', line: 'sudo ocsinventory-agent --nolocal' },
];

const enrolLine = (input: KitInput, secret: string): string =>
  `sallyport-agent enrol --server ${shell(input.server)} --token-file ${shell(secret)} --fingerprint ${input.caFingerprint}`;

/** One line beside the package of the release and the file with the values of the site; the service enrols. */
const installLine = ({ system }: KitInput): string => {
  if (system === 'windows') return '.\\sallyport-agent-site.cmd';
  const install =
    system === 'debian'
      ? 'dpkg -i ./sallyport-agent_*_"$(dpkg --print-architecture)".deb ./sallyport-agent-site_*.deb && rm ./sallyport-agent-site_*.deb'
      : 'rpm -U --replacepkgs ./sallyport-agent-[0-9]*."$(uname -m)".rpm ./sallyport-agent-site-*.rpm && rm ./sallyport-agent-site-*.rpm';
  return `sudo sh -c ${quoted(install)}`;
};

/** The values of the site in the form of the device's system. */
const siteFile = (input: KitInput): KitFile => {
  const { system } = input;
  return system === 'debian' || system === 'rhel'
    ? sitePackageFor({ ...input, system }, input.atMs)
    : siteScriptFor(input);
};

const agentCommands = (input: KitInput): KitCommand[] => [{ what: 'install', line: installLine(input) }];

/** The command that enrols our own agent. */
export const enrolCommand = (input: KitInput): string => enrolLine(input, at(input, 'secret'));

/** Files to take to the device and the lines to run there. */
export const kitFor = (input: KitInput): Kit => {
  const ca: KitFile = { name: 'ca.pem', text: input.caPem, isSecret: false };
  const secret: KitFile = { name: 'secret', text: `${input.secret}\n`, isSecret: true };
  switch (input.client) {
    case 'agent':
      return {
        files: [siteFile(input), ca, secret, { name: 'enrol.txt', text: `${enrolCommand(input)}\n`, isSecret: false }],
        commands: agentCommands(input),
      };
    case 'osquery':
      return {
        files: [ca, secret, { name: 'osquery.flags', text: osqueryFlags(input), isSecret: false }],
        commands: osqueryCommands(input),
      };
    case 'glpi-agent':
    case 'fusioninventory':
      return {
        files: [ca, { name: 'agent.cfg', text: agentCfg(input), isSecret: true }],
        commands: glpiCommands(input),
      };
    case 'ocsinventory':
      return {
        files: [ca, { name: 'ocsinventory-agent.cfg', text: ocsCfg(input), isSecret: true }],
        commands: ocsCommands(input),
      };
  }
};
