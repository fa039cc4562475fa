// Security products that are known by their packages, files and processes. A product that has more to say of itself is
// read by a file of its own (clamav.ts).

export type KnownProduct = {
  product: string;
  kind: 'antivirus' | 'firewall' | 'detection' | 'control';
  publisher: string;
  /** Any of these packages; the first that is installed gives the version. */
  packages: readonly string[];
  /** A file that is there when no package says so. */
  file?: string;
  /** Short names of its processes; none: it is no service. */
  processes: readonly string[];
};

export const knownProducts: readonly KnownProduct[] = [
  {
    product: 'Kaspersky Endpoint Security for Linux',
    kind: 'antivirus',
    publisher: 'Kaspersky',
    packages: ['kesl', 'kesl-astra'],
    file: 'opt/kaspersky/kesl/bin/kesl-control',
    processes: ['kesl'],
  },
  {
    product: 'Dr.Web for Linux',
    kind: 'antivirus',
    publisher: 'Doctor Web',
    packages: ['drweb-workstations', 'drweb-file-servers', 'drweb-configd'],
    file: 'opt/drweb.com/bin/drweb-configd',
    processes: ['drweb-configd'],
  },
  {
    product: 'ESET Server Security',
    kind: 'antivirus',
    publisher: 'ESET',
    packages: ['efs', 'eea'],
    file: 'opt/eset/efs/sbin/startd',
    processes: ['scand', 'oaeventd'],
  },
  {
    product: 'Sophos Protection for Linux',
    kind: 'antivirus',
    publisher: 'Sophos',
    packages: [],
    file: 'opt/sophos-spl/bin/wdctl',
    processes: ['sophos_threat_d', 'soapd'],
  },
  {
    product: 'Microsoft Defender for Endpoint',
    kind: 'antivirus',
    publisher: 'Microsoft',
    packages: ['mdatp'],
    processes: ['wdavdaemon'],
  },
  {
    product: 'CrowdStrike Falcon Sensor',
    kind: 'detection',
    publisher: 'CrowdStrike',
    packages: ['falcon-sensor'],
    processes: ['falcon-sensor', 'falcon-sensor-b'],
  },
  {
    product: 'Wazuh agent',
    kind: 'detection',
    publisher: 'Wazuh',
    packages: ['wazuh-agent'],
    processes: ['wazuh-agentd'],
  },
  { product: 'Linux Audit', kind: 'detection', publisher: '', packages: ['auditd', 'audit'], processes: ['auditd'] },
  { product: 'Fail2ban', kind: 'detection', publisher: '', packages: ['fail2ban'], processes: ['fail2ban-server'] },
  { product: 'Suricata', kind: 'detection', publisher: 'OISF', packages: ['suricata'], processes: ['Suricata-Main'] },
  { product: 'USBGuard', kind: 'control', publisher: '', packages: ['usbguard'], processes: ['usbguard-daemon'] },
  { product: 'fapolicyd', kind: 'control', publisher: '', packages: ['fapolicyd'], processes: ['fapolicyd'] },
  { product: 'firewalld', kind: 'firewall', publisher: '', packages: ['firewalld'], processes: ['firewalld'] },
];
